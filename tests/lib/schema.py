"""The part of JSON Schema (draft 7) that the project's schemas use; an unknown keyword is an error, never passed over."""

import re

NOTES = {"$schema", "title", "definitions", "description"}
TYPES = {
    "object": lambda v: isinstance(v, dict), "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str), "null": lambda v: v is None,
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool), "boolean": lambda v: isinstance(v, bool),
}


def check_object(schema, value, root, where):
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield "%s: '%s' is missing" % (where, name)
    for name, member in value.items():
        if name in properties:
            yield from check(properties[name], member, root, "%s.%s" % (where, name))
        elif schema.get("additionalProperties", True) is False:
            yield "%s: '%s' is not allowed" % (where, name)


def check(schema, value, root=None, where="document"):
    """All errors of a value, as texts."""
    root = root or schema
    if "$ref" in schema:
        yield from check(root["definitions"][schema["$ref"].rsplit("/", 1)[1]], value, root, where)
        return
    for key in schema:
        if key not in NOTES | {"type", "const", "enum", "pattern", "minimum", "items", "required", "properties",
                               "additionalProperties"}:
            raise ValueError("the validator does not know '%s'" % key)
    types = schema.get("type", list(TYPES))
    types = [types] if isinstance(types, str) else types
    if not any(TYPES[name](value) for name in types):
        yield "%s: %r is no %s" % (where, value, "/".join(types))
        return
    if "const" in schema and value != schema["const"]:
        yield "%s: %r is not %r" % (where, value, schema["const"])
    if "enum" in schema and value not in schema["enum"]:
        yield "%s: %r is none of %r" % (where, value, schema["enum"])
    if "pattern" in schema and isinstance(value, str) and not re.search(schema["pattern"], value):
        yield "%s: %r does not match %s" % (where, value, schema["pattern"])
    if "minimum" in schema and TYPES["number"](value) and value < schema["minimum"]:
        yield "%s: %r is below %r" % (where, value, schema["minimum"])
    if isinstance(value, dict):
        yield from check_object(schema, value, root, where)
    if isinstance(value, list) and "items" in schema:
        for index, item in enumerate(value):
            yield from check(schema["items"], item, root, "%s[%d]" % (where, index))
