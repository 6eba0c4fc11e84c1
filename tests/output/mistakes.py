"""Mistakes that people make in layouts and configurations: each is told with file, line, cause and remedy, and none is silent."""

import json
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import harness

# What most layouts below differ from in one line.
GOOD = """title = "Mine"
pages = (
  { rows = (
    { panels = (
      { name = "now"  type = "totals"
        tiles = ( "in_calls_waiting",
                  "agents_ready" ) },
      { name = "queues"  type = "service_grid"
        columns = ( "name", "in_calls_waiting" ) },
      { name = "clock"  type = "clock" } ) } ) }
)
alerts = (
  { name = "long"  when = "now.agents_ready < 1" }
)
"""

# A grid of agents with a time in state.
AGENTS = """      { name = "people" type = "agent_grid" columns = ( "acd_state", { stat = "agent_time_in_state" kind = "duration" %s } ) },
      { name = "queues"  type = "service_grid" """

# Whole files, as other programs and editors write them.
FILES = (
    (b"", 1, "layout needs 'pages'"),
    (b"# nothing\n", 1, "layout needs 'pages'"),
    (b"pages = ()\n", 1, "pages must not be empty"),
    (b"pages = ( { rows = ( { panels = () } ) } )\n", 1, "panels must not be empty"),
    (b"pages = { }\n", 1, "pages must be a list in ( brackets )"),
    (b'{"pages": []}\n', 1, "a name and = are missing before this {"),
    (b"title: Mine\npages:\n  - rows\n", 1, 'a text must be in double quotes: title = "Mine"'),
    (GOOD.replace("Mine", "Verk\u00e4ufe").encode("latin-1"), 1, "this character is not UTF-8; save the file as UTF-8"),
    (GOOD.replace('"Mine"', "Verk\u00e4ufe").encode("latin-1"), 1, "this character is not UTF-8; save the file as UTF-8"),
    (GOOD.encode("utf-16"), None, "this is UTF-16 text; save the file as UTF-8"),
    (GOOD.encode("utf-16-le"), None, "this is UTF-16 text; save the file as UTF-8"),
    (b"\0" + GOOD.encode(), 1, "a byte that is 0; is this a text file?"),
    (GOOD.replace("Mine", "M\0ne").encode(), 1, "a byte that is 0; is this a text file?"),
    (GOOD.replace("\n", "\r").encode(), 1, "the lines of this file end in CR; save it with LF or CR LF"),
    (GOOD.rstrip().rstrip(")").encode(), 12, "this ( is never closed"),
)

# (line of GOOD to replace, what it says, line that is reported, the message, whether an excerpt follows)
SYNTAX = (
    (1, 'title = Mine', 1, 'a text must be in double quotes: title = "Mine"', "title = Mine"),
    (1, "title = 'Mine'", 1, 'a single quote; a text must be in "double quotes"', "title = 'Mine'"),
    (1, 'title = “Mine”', 1, 'a typographic quote; write " instead', "title = “Mine”"),
    (1, 'title = "Mine', 1, 'this text has no closing " on its line', 'title = "Mine'),
    (1, 'title = Mine"', 1, 'a text must be in double quotes: title = "Mine"', 'title = Mine"'),
    (1, 'title = "The "best" wall"', 1, r'= is missing before this text; a " within a text must be written \"', 'title = "The "best" wall"'),
    (1, 'title "Mine"', 1, r'= is missing before this text; a " within a text must be written \"', 'title "Mine"'),
    (1, 'title =', 1, "the value of 'title' is missing", 'title ='),
    (1, 'title == "Mine"', 1, 'a second =; remove it', 'title == "Mine"'),
    (1, 'title = "a" title = "b"', 1, "'title' is set already, in line 1; remove one of the two", 'title = "a" title = "b"'),
    (1, 'interval = 5s', 1, 'a text must be in double quotes: interval = "5s"', "interval = 5s"),
    (1, 'interval = 2,5', 1, 'a number has a decimal point, not a comma', "interval = 2,5"),
    (1, 'interval 5', 1, '= is missing after \'interval\'; if it is part of a text, the whole text must be in "double quotes"', "interval 5"),
    (1, 'rotate = on', 1, "'on' is not a value; write true, or a text in \"double quotes\"", "rotate = on"),
    (1, '"title" = "Mine"', 1, 'the name of a setting is expected here, without quotes', '"title" = "Mine"'),
    (1, '@include "x"', 1, '@include is not accepted; write the settings here', '@include "x"'),
    (4, '    { height = 40% panels = (', 4, 'a text must be in double quotes: height = "40%"', "{ height = 40% panels = ("),
    (4, '    { panels = [', 5, '[ ] holds plain values only; write ( ) around what is in { brackets', '{ name = "now"  type = "totals"'),
    (5, '      name = "now"  type = "totals"', 5, 'settings in a list must be in { braces }', 'name = "now"  type = "totals"'),
    (6, '        tiles = ( "in_calls_waiting"', 6, 'a comma is missing between two items of the ( )', 'tiles = ( "in_calls_waiting"'),
    (7, '                  "agents_ready", ) },', 7, 'a comma too many: no item follows it', '"agents_ready", ) },'),
    (7, '                  "agents_ready" ) },,', 7, 'a comma too many: nothing stands before it', '"agents_ready" ) },,'),
    (7, '                  "agents_ready" ) }', 7, 'a comma is missing between two items of the ( )', '"agents_ready" ) }'),
    (7, '                  "agents_ready" ),', 8, 'a name and = are missing before this {', '{ name = "queues"  type = "service_grid"'),
    (7, '                  "agents_ready" },', 7, '} does not close the ( of line 6; is a ) missing before it?', '"agents_ready" },'),
    (6, '        tiles = ( "in_calls_waiting";', 6, 'a comma is expected between the items of a list, not ;', 'tiles = ( "in_calls_waiting";'),
    (10, '      { name = "clock"  type = "clock" } ) } )', 11, ') does not close the { of line 3; is a } missing before it?', ")"),
    (14, ')}', 14, '} closes nothing; remove it', ")}"),
    (14, '', 12, 'this ( is never closed', "alerts = ("),
    (1, 'title = `Mine`', 1, 'a backtick; a text must be in "double quotes"', "title = `Mine`"),
    (6, '        tiles = ( `in_calls_waiting`,', 6, 'a backtick; a text must be in "double quotes"', "tiles = ( `in_calls_waiting`,"),
    (7, '                  "agents_ready" ) } },', 7, "a } too many; remove it, or open what it closes", '"agents_ready" ) } },'),
    (7, '                  "agents_ready" ) ) },', 7, "a ) too many; remove it, or open what it closes", '"agents_ready" ) ) },'),
    (10, '      { name = "clock"  type = "clock" } } ) } ) }', 10, "a } too many; remove it, or open what it closes",
     '{ name = "clock"  type = "clock" } } ) } ) }'),
    (9, '        columns = ( stat = "name" ) },', 9, "settings in a list must be in { braces }", 'columns = ( stat = "name" ) },'),
    (13, '  { name = "long"  when = "now.agents_ready < 1" sms = 15551234567 }', 13,
     'this number is too large; a telephone number is a text in "double quotes"', "sms = 15551234567"),
    (1, 'title = "Mi\x01ne"', 1, "a control character in this text; remove it", 'title = "Mi ne"'),
    (1, 'interval = 99999999999', 1, 'this number is too large; a telephone number is a text in "double quotes"', "interval = 99999999999"),
    (1, 'interval = nan', 1, 'a text must be in double quotes: interval = "nan"', "interval = nan"),
    (1, '<layout/>', 1, "the name of a setting is expected here; it begins with a letter", "<layout/>"),
    (1, '-- a comment', 1, "the name of a setting is expected here; it begins with a letter", "-- a comment"),
    (1, '; a comment', 1, "a semicolon too many: nothing stands before it", "; a comment"),
    (1, '[layout]', 1, "a name and = are missing before this [", "[layout]"),
    (1, '/* a comment', 1, "this comment has no closing */", "/* a comment"),
)

MEANING = (
    (2, 'pages = {', None, None),
    (5, '      { name = "now"  type = "total"', 5, "unknown type 'total' (did you mean 'totals'?)"),
    (5, '      { name = "now"', 5, "panel needs 'type'"),
    (5, '      { type = "totals"', 5, "panel needs 'name'"),
    (5, '      { name = "now"  type = "totals"  colour = "red"', 5, "unknown key 'colour' in panel"),
    (5, '      { name = "now"  type = "totals"  titel = "x"', 5, "unknown key 'titel' in panel (did you mean 'title'?)"),
    (5, '      { name = "now"  type = "totals"  sort = "agents_ready"', 5, "'sort' does not belong to a panel of type totals"),
    (5, '      { name = "now"  type = "totals"  width = "120%"', 5, 'width must be at most "100%"'),
    (4, '    { height = "120%" panels = (', 4, 'height must be at most "100%"'),
    (4, '    { height = "half" panels = (', 4, 'height must be a number of cells or a share such as "40%"'),
    (6, '        digits = 29 tiles = ( "in_calls_waiting",', 6, 'digits must be "auto", or a number of lines from 1 to 28'),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = "> 5m" },', 6,
     "warn of in_calls_waiting: the unit m does not suit a count"),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = "five" },', 6, "warn of in_calls_waiting: 'five' is not a number"),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = "=> 5" },', 6,
     "warn of in_calls_waiting: '=> 5' is not a number with a sign: write <, <=, >, >=, = or != and a number"),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = "≥ 5" },', 6,
     "warn of in_calls_waiting: '≥ 5' is not a number with a sign: write <, <=, >, >=, = or != and a number"),
    (6, '        tiles = ( { stat = "service_level" warn = "< 79,5" },', 6,
     "warn of service_level: '79,5' has a comma: a number has a decimal point"),
    (6, '        tiles = ( { stat = "in_calls_waiting" scale = "per cent" },', 6, "unknown scale 'per cent' (did you mean 'percent'?)"),
    (7, '                  "in_calls_waiting" ) },', 7, "'in_calls_waiting' is there already (line 6)"),
    (9, '        },', 8, "a panel of type service_grid needs 'columns'"),
    (9, '        columns = "name" },', 9, "columns must be a list in ( brackets )"),
    (9, '        columns = ( "name", { calc = "agent_total_busy_time / 2" label = "X" } ) },', 9,
     "calc of 'x': character 1: 'agent_total_busy_time' is a statistic of agents, not of services"),
    (9, '        columns = ( "name", { calc = "in_calls_waiting / (5 - 5)" label = "X" } ) },', 9,
     "calc of 'x': character 18: this divides by 0, which is always blank"),
    (9, '        columns = ( "name" ) sort = "name up" },', 9, "sort must be one statistic, and asc or desc, such as"),
    (9, '        columns = ( "name" ) alarmed_first = "yes" },', 9, "alarmed_first must be true or false"),
    (9, '        columns = ( "name" ) severity = "nmae" },', 9, "'nmae' is no column of this panel"),
    (10, '      { name = "now"  type = "clock" } ) } ) }', 10, "another panel is called 'now' (line 5)"),
    (10, '      { name = "my clock"  type = "clock" } ) } ) }', 10,
     "the name of a panel is letters, digits, _ and -, and begins with a letter"),
    (13, '  { name = "long"  when = "noww.in_calls_waiting > 10" }', 13, "(did you mean 'now'?)"),
    (13, '  { name = "long"  when = "queues.in_calls_waiting > 10" }', 13, "write queues[ROW], or queues[*] for any"),
    (13, '  { name = "long"  when = "now.in_calls_waiting > 10" for = "soon" }', 13,
     "for: 'soon' is not a time; write seconds, or a number with s, m or h, such as 30s"),
    (13, '  { name = "long"  when = "now.in_calls_waiting > 10" quiet = "22-6" }', 13,
     'quiet must be two different times of one day, such as "22:00-06:00"'),
    (13, '  { name = "long"  when = "now.in_calls_waiting > 10" command = "logger" }', 13,
     'command must begin with the whole path of a program, such as "/usr/bin/logger"'),
    (13, '  { name = "long"  when = "now.in_calls_waiting > 10" sms = "555" sms_from = "+15551234567" }', 13,
     "'555' is no telephone number with its country, such as \"+15551234567\""),
    (9, '        columns = ( 1, 2 ) },', 9, "a column must be the name of a statistic in quotes, or settings in { braces }"),
    (6, '        tiles = ( true,', 6, "a tile must be the name of a statistic in quotes, or settings in { braces }"),
    (6, '        tiles = ( { stat = "in_calls_waiting" scale = "fraction" },', 6,
     "scale is for percentages, and 'in_calls_waiting' is a count; remove it"),
    (9, '        columns = ( "name", { stat = "in_max_wait_time" scale = "percent" } ) },', 9,
     "scale is for percentages, and 'in_max_wait_time' is a duration; remove it"),
    (9, '        columns = ( "name", { stat = "in_calls_waiting" total_scale = "percent" } ) total = true },', 9,
     "total_scale is for percentages, and 'in_calls_waiting' is a count; remove it"),
    (9, '        columns = ( "name", { stat = "of_my_own" scale = "percent" } ) },', 9,
     "scale is for percentages, and 'of_my_own' is a text; add kind = \"percent\" if it is one"),
    (9, '        columns = ( "name", { stat = "in_calls_waiting" dispositions = [] } ) },', 9,
     "dispositions must not be empty; leave it out, or name something"),
    (5, '      { name = "now"  type = "totals" services = []', 5, "services must not be empty; leave it out, or name something"),
    (5, '      { name = "now"  type = "totals" services = [""]', 5, "services must not be empty"),
    (5, '      { name = "now"  type = "totals" services = [1, 2]', 5, 'services must be a list of texts, as ["a", "b"]'),
    (5, '      { name = "now"  type = "totals" teams = ["A"]', 5, "'teams' does not belong to a panel of type totals"),
    (5, '      { type = "totals"', 5, "panel needs 'name'"),
    (5, '      { name = "now"', 5, "panel needs 'type'"),
    (5, '      { name = 1 type = "totals"', 5, "name must be a text in quotes"),
    (5, '      { name = "now" type = 1', 5, "type must be a text in quotes: one of totals, service_grid"),
    (5, '      { name = "now" type = "Totals"', 5, "unknown type 'Totals' (did you mean 'totals'?)"),
    (5, '      { name = "now" type = "totals" frame = false', 5, "frame must be a text in quotes: one of line, none"),
    (5, '      { name = "now" type = "totals" priority = -1', 5, "priority must be from 0 to 1000"),
    (1, 'status = false', 1, "status must be a text in quotes: one of on, off"),
    (1, 'title = ""', 1, "title must not be empty"),
    (1, 'interval = -5', 1, "interval must be from 0.05 to 3600 seconds"),
    (1, 'interval = 0', 1, "interval must be from 0.05 to 3600 seconds"),
    (1, 'interval = true', 1, 'interval must be a time, such as 30 or "30s"'),
    (1, 'turn = -1', 1, "turn must be from 0 to 86400 seconds"),
    (1, 'turn = 0.5', 1, "turn must be whole seconds"),
    (1, 'rotate = "alarm"', 1, "unknown rotate 'alarm' (did you mean 'alarms'?)"),
    (1, 'panels = ( )', 1, "unknown key 'panels' in layout; it belongs to a row"),
    (3, '  { name = "x" rows = (', 3, "unknown key 'name' in page; it belongs to a panel"),
    (3, '  { columns = ( "name" ) rows = (', 3, "unknown key 'columns' in page; it belongs to a panel"),
    (4, '    { seconds = 5 panels = (', 4, "unknown key 'seconds' in row; it belongs to a page"),
    (4, '    { height = 0 panels = (', 4, "height must be from 1 to 1000"),
    (4, '    { height = -3 panels = (', 4, "height must be from 1 to 1000"),
    (4, '    { height = "40" panels = (', 4, 'height must be a number of cells or a share such as "40%"'),
    (6, '        tiles = ( { stat = "in_calls_waiting" critical = "> 5" },', 6, "unknown key 'critical' in tile; cxwall-layout(5) lists what there is"),
    (6, '        tiles = ( { stat = "in_calls_waiting" when = "now.agents_ready < 1" },', 6, "unknown key 'when' in tile; it belongs to an alert"),
    (6, '        tiles = ( { stat = "in_calls_waiting" kind = "number" },', 6, "unknown kind 'number': one of text, state, count"),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = "5 >" },', 6, "'5 >' has its sign behind the number: write it before"),
    (6, '        tiles = ( { stat = "in_max_wait_time" warn = "> 2:00" },', 6, "'2:00' is not a number with one of the units s, m, h and %"),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = "> 5 and < 9" },', 6, "is not a number with one of the units"),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = "> 999999999999999999999" },', 6, "has too many digits"),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = ["> 5"] },', 6, 'warn must be a text such as "> 5"'),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = "" },', 6, "'' is not a number with a sign"),
    (6, '        tiles = ( { stat = "in_calls_waiting" lifts = true },', 6, "lifts belongs to the columns of grids"),
    (9, '        columns = ( "name", { stat = "in_calls_waiting" width = 0 } ) },', 9, "width must be from 1 to 200"),
    (9, '        columns = ( "name", { stat = "in_calls_waiting" width = "10" } ) },', 9, "width must be a whole number"),
    (9, '        columns = ( "name", { stat = "in_calls_waiting" align = "center" } ) },', 9, "unknown align 'center': one of default, left, right"),
    (9, '        columns = ( "name", { calc = "(in_calls_waiting + 1" label = "X" } ) },', 9, "character 1: this ( is not closed"),
    (9, '        columns = ( "name", { calc = "in_call_waiting / 2" label = "X" } ) },', 9, "(did you mean 'in_calls_waiting'?)"),
    (9, '        columns = ( "name", { calc = "in_calls_waiting / 2" } ) },', 9, "a column with 'calc' needs a label"),
    (9, '        columns = ( "name", "in_calls_waiting" ) limit = 0 },', 9, "limit must be from 1 to 50000"),
    (9, '        columns = ( "name", "in_calls_waiting" ) limit = "10" },', 9, "limit must be a whole number"),
    (9, '        columns = ( "name", "in_calls_waiting" ) sort = "in_calls_waiting, name" },', 9,
     'sort must be one statistic, and asc or desc, such as "in_calls_waiting desc"'),
    (9, '        columns = ( "name", "in_calls_waiting" ) filter = "in_calls_waiting > 0" },', 9,
     "filter must be STATISTIC OPERATION 'VALUE', with EQ, NE, LT, GT, LE or GE, such as \"in_calls_waiting GT '0'\""),
    (9, '        columns = ( "name", "in_calls_waiting" ) severity = "in_calls_waitin" },', 9, "(did you mean 'in_calls_waiting'?)"),
    (8, '      { name = "queues"  type = "agent_grid" total = true', 8, "'total' does not belong to a panel of type agent_grid"),
    (8, AGENTS % 'limits = ( { state = "ready" } )', 8, "this limit needs 'warn' or 'alert'"),
    (8, AGENTS % 'limits = ( { state = "ready" warn = "> 5m" }, { state = "Ready" alert = "> 9m" } )', 8,
     "another limit is for 'Ready' (line 8)"),
    (10, '      { name = "clock"  type = "clock" format = "%Q" } ) } ) }', 10,
     "format: %Q is not known; use %H, %M, %S, %d and the others of strftime(3)"),
    (13, '', 12, "alerts must not be empty"),
    (13, '  { name = "long" }', 13, "alert needs 'when'"),
    (13, '  { name = "long"  when = 5 }', 13, "when must be a text in quotes"),
    (13, '  { name = "long"  when = "now.agents_ready" }', 13, "a comparison is missing: <, <=, >, >=, = or !="),
    (13, '  { name = "long"  when = "now.agents_ready == 0" }', 13, "character 18: this is none of <, <=, >, >=, = and !="),
    (13, '  { name = "long"  when = "now.agents_ready => 9" }', 13, "character 18: this is none of <, <=, >, >=, = and !="),
    (13, '  { name = "long"  when = "now.agents_ready < 1 && now.agents_ready > 0" }', 13, "write 'and' or 'or' instead of this"),
    (13, '  { name = "long"  when = "now.agents_ready / now.in_calls_waiting < 1" }', 13,
     "character 18: a condition does not compute: give the panel a column with calc and a name, and compare that"),
    (13, '  { name = "long"  when = "agents_ready < 1" }', 13, "'agents_ready' is a statistic: write now.agents_ready"),
    (13, '  { name = "long"  when = "name = \'Sales\'" }', 13, "'name' is a statistic: write queues[*].name"),
    (13, '  { name = "long"  when = "now.agents_ready < 1%" }', 13, "the unit % does not suit a count"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" severity = "critical" }', 13, "unknown severity 'critical': one of warn, alert"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" bell = "yes" }', 13, "bell must be true or false"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" for = -5 }', 13, "for must be from 0 to 86400 seconds"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" command = [] }', 13, "command must not be empty"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" sms = "+15551234567" }', 13, "sms needs sms_from, the number that it comes from"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" },\n  { name = "long"  when = "now.agents_ready < 2" }', 14,
     "another alert is called 'long' (line 13)"),
)

# Taken, and noted.
WARNINGS = (
    (6, '        tiles = ( "in_call_waiting",', 6,
     "'in_call_waiting' is not a statistic that cxwall knows (did you mean 'in_calls_waiting'?)"),
    (6, '        tiles = ( "first_last_name",', 6, "'first_last_name' is a statistic of agents, not of totals; the server may refuse it"),
    (9, '        columns = ( "name", "acd_state" ) },', 9,
     "'acd_state' is a statistic of agents, not of services; the server may refuse it"),
    (9, '        columns = ( "name", "in_calls_waiting" ) sort = "waiting desc" },', 9,
     "sort: 'waiting' is neither a column of this panel nor a statistic of services (did you mean 'in_calls_waiting'?)"),
    (9, '        columns = ( "name", "in_calls_waiting" ) filter = "in_cals_waiting GT \'0\'" },', 9,
     "filter: 'in_cals_waiting' is neither a column of this panel nor a statistic of services (did you mean 'in_calls_waiting'?)"),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = 5 },', 6, 'warn has no sign and means "> 5" here; write the sign'),
    (6, '        tiles = ( { stat = "service_level" alert = "80" },', 6, 'alert has no sign and means "< 80" here; write the sign'),
    (6, '        tiles = ( { stat = "in_max_wait_time" warn = "2m" },', 6, 'warn has no sign and means "> 2m" here; write the sign'),
    (9, '        columns = ( "name", { sum = ["in_calls_waitin", "agents_busy"] label = "X" } ) },', 9,
     "'in_calls_waitin' is not a statistic that cxwall knows (did you mean 'in_calls_waiting'?)"),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = "> 12" alert = "> 7" },', 6,
     "this warning is never shown, because the alert of line 6 comes before it"),
    (6, '        tiles = ( { stat = "service_level" warn = "< 70"\nalert = "< 80" },', 6,
     "this warning is never shown, because the alert of line 7 comes before it"),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = "> 7" alert = ">= 7" },', 6,
     "this warning is never shown, because the alert of line 6 comes before it"),
    (6, '        tiles = ( "in_calls_waiting, agents_busy",', 6,
     "'in_calls_waiting, agents_busy' is not the name of a statistic; write each in \"quotes\" of its own"),
    (6, '        tiles = ( { stat = "service_level" warn = "< 180" },', 6, "warn always holds: service_level is from 0 to 100 %"),
    (6, '        tiles = ( { stat = "service_level" alert = "<= 100 %" },', 6, "alert always holds: service_level is from 0 to 100 %"),
    (6, '        tiles = ( { stat = "service_level" warn = "< 0" },', 6, "warn never holds: service_level is from 0 to 100 %"),
    (6, '        tiles = ( { stat = "service_level" warn = "= 101" },', 6, "warn never holds: service_level is from 0 to 100 %"),
    (6, '        tiles = ( { stat = "service_level" warn = "!= 101" },', 6, "warn always holds: service_level is from 0 to 100 %"),
    (6, '        tiles = ( { stat = "in_calls_waiting" warn = ">= 0" },', 6, "warn always holds: in_calls_waiting is never below 0"),
    (6, '        tiles = ( { stat = "in_calls_waiting" alert = "> -1" },', 6, "alert always holds: in_calls_waiting is never below 0"),
    (6, '        tiles = ( { stat = "agents_ready" name = "r" warn = "< 0" },', 6, "warn never holds: r is never below 0"),
    (6, '        tiles = ( { stat = "service_level" warn = "< 0.8" },', 6,
     'warn compares with 0.8 %: write 80 if 80 % is meant, else "0.8 %"'),
    (6, '        tiles = ( { stat = "service_level" warn = "> 80" },', 6,
     "warn marks good values, because service_level is better when it is high; is the sign right?"),
    (6, '        tiles = ( { stat = "in_max_wait_time" alert = "< 2m" },', 6,
     "alert marks good values, because in_max_wait_time is better when it is low; is the sign right?"),
    (6, '        tiles = ( { stat = "in_calls_waiting" dispositions = ["Sold"] },', 6,
     "'in_calls_waiting' does not count dispositions; remove them"),
    (5, '      { name = "now"  type = "totals" dispositions = ["Sold"]', 5, "no tile of this panel counts dispositions; remove them"),
    (6, '        tiles = ( { stat = "in_calls_waiting" kind = "percent" },', 6,
     "'in_calls_waiting' is a count, not a percent; remove kind unless your server says otherwise"),
    (5, '      { name = "now"  type = "totals" services = ["Sales", "Sales"]', 5, "services has 'Sales' twice; remove one of the two"),
    (9, '        columns = ( "name", { stat = "in_calls_waiting" lifts = true } ) },', 9,
     "lifts changes nothing, because this column has no warn, alert or limits"),
    (9, '        columns = ( "name", "in_calls_waiting" ) severity = "in_calls_waiting" },', 9,
     "severity changes nothing, because 'in_calls_waiting' has no warn, alert or limits"),
    (9, '        columns = ( "name", { sum = ["in_calls_waiting", "agents_busy"] label = "Load" } ) total = true },', 9,
     "the total row has nothing below 'Load', because the server adds up rows only; calc = \"a + b\" has a total"),
    (4, '    { height = "80%" panels = ( { name = "k" type = "clock" } ) }, { height = "70%" panels = (', 3,
     "the heights of these rows are 150 % together; 100 % is all there is"),
    (10, '      { name = "k" type = "clock" width = "60%" }, { name = "clock"  type = "clock" width = "60%" } ) } ) }', 4,
     "the widths of this row are 120 % together; 100 % is all there is"),
    (10, '      { name = "clock"  type = "clock" format = "HH:MM" } ) } ) }', 10,
     "format has no time in it; write it with %H, %M, %S, %d and the others of strftime(3)"),
    (1, 'rotate = "alarms"', 1, "rotate changes nothing, because no page has seconds"),
    (13, '  { name = "long"  when = "now.agents_ready < 0" }', 13,
     "alert 'long', when: the comparison of agents_ready never holds: agents_ready is never below 0"),
    (13, '  { name = "long"  when = "queues[*].in_calls_waiting > -1" }', 13,
     "alert 'long', when: the comparison of in_calls_waiting always holds: in_calls_waiting is never below 0"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" clear = "now.agents_ready < 1" }', 13,
     "alert 'long' never clears, because 'when' still holds where 'clear' does"),
    (13, '  { name = "long"  when = "now.agents_ready < 2" clear = "now.agents_ready < 1" }', 13,
     "alert 'long' never clears, because 'when' still holds where 'clear' does"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" clear = "now.agents_ready < 5" }', 13,
     "alert 'long': 'clear' looks to the same side as 'when'; is its sign right?"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" sms_from = "+15551234567" }', 13,
     "nothing is sent, because this alert has no sms"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" command = "/nowhere/told" }', 13,
     "alert 'long': /nowhere/told cannot be run: No such file or directory"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" clear_command = "/tmp" }', 13,
     "alert 'long': /tmp cannot be run: not a program"),
    (13, '  { name = "long"  when = "now.agents_ready < 1" command = "/bin/echo it is long" }', 13,
     'alert \'long\': /bin/echo it is long cannot be run: No such file or directory; write each argument in quotes of its own, as '
     '["/bin/echo", "text"]'),
)

CONFIGURATION = (
    ('tenant = acme.example', 1, 'a text must be in double quotes: tenant = "acme.example"', True),
    ("tenant = 'acme.example'", 1, 'a single quote; a text must be in "double quotes"', True),
    ('tenant = "acme.example"\nuser = "a"\n"b" = 1', 3, 'the name of a setting must stand without quotes', True),
    ('tenent = "acme.example"', 1, "unknown key 'tenent' in the configuration (did you mean 'tenant'?)", False),
    ('theme = "solarized"', 1, "unknown theme 'solarized'", False),
    ('interval = "soon"', 1, "interval: 'soon' is not a time", False),
    ('secret = "hunter2"', 1, "the secret itself must not stand here: name a file with secret_file, or a command with", False),
    ('secret = hunter2', 1, 'a text must be in "double quotes"', False),
    ('keys = { quitt = "Q" }', 1, "unknown action 'quitt' (did you mean 'quit'?)", False),
)


# Beside a tenant and a user; what is refused, and what is taken and noted.
CONNECTION = (
    ('url = "acme.example"', 2, "url: must begin with https:// (or http:// for this machine): write https://acme.example"),
    ('url = "localhost:8480"', 2, "url: must begin with https:// (or http:// for this machine): write http://localhost:8480"),
    ('url = "[::1]:8480"', 2, "url: must begin with https:// (or http:// for this machine): write http://[::1]:8480"),
    ('profile = "acme"', 2, "unknown key 'profile' in the configuration; it is an option, --profile"),
    ('url = "http://acme.example"', 2, "url: plain http would send the secret readable to acme.example: use https, or set allow_plaintext"),
    ('url = "https://u:p@acme.example"', 2, "url: must not hold a user or a password"),
    ('url = "https://acme.example/x?y"', 2, "url: must end before any '?' or '#'"),
    ('url = "https://acme.example:99999"', 2, "url: this is no address"),
    ('url = 443', 2, "url must be a text in quotes"),
    ('interval = 1e9', 2, "interval must be from 0.05 to 3600 seconds"),
    ('glyphs = "unicode"', 2, "unknown glyphs 'unicode': one of auto, utf8, console, plain, ascii"),
    ('mouse = 1', 2, "mouse must be true or false"),
    ('keys = ["q"]', 2, 'keys must be a group, such as keys = { quit = "Q" }'),
    ('keys = { quit = "F99" }', 2, "unknown key 'F99' (did you mean 'F9'?)"),
    ('domain = "acme.example"', 2, "unknown key 'domain' in the configuration; write tenant"),
    ('client_secret = "hunter2"', 2, "unknown key 'client_secret' in the configuration; name a file with secret_file"),
    ('host = "acme.example"', 2, "unknown key 'host' in the configuration; write url"),
    ('turn = 0', 2, "unknown key 'turn' in the configuration; it belongs to a layout"),
    ('colour_of_wall = "x"', 2, "unknown key 'colour_of_wall' in the configuration; cxwall.conf(5) lists what there is"),
    ('secret_file = "/nowhere/s"', 0, "secret_file: /nowhere/s cannot be read: No such file or directory"),
    ('ca_file = "/nowhere/ca"', 0, "ca_file: /nowhere/ca cannot be read: No such file or directory"),
    ('chat_app_id = "x"', 0, "chat_app_id: not used without chat_client_id"),
    ('chat_client_id = "x"', 0, "chat_client_id: not used without chat_app_id"),
)

NAMES = (
    ('tenant = "https://acme.example"', "tenant: 'https://acme.example' is not a domain. Write the domain alone: acme.example"),
    ('user = "wall "', "user: there is a blank behind the last character. Remove it."),
)


def check(folder, *arguments):
    """cxwall run --check-config: (status, standard output, standard error)."""
    return harness.run(["run", "--check-config", "--url", "http://127.0.0.1:9", "--tenant", "acme.example", "--user", "wall",
                        *arguments], folder.environment())


def changed(number, text):
    lines = GOOD.splitlines()
    lines[number - 1] = text
    return "\n".join(lines) + "\n"


def check_syntax(tap, folder):
    for number, text, line, message, shown in SYNTAX:
        path = folder.write("mine.conf", changed(number, text))
        status, out, err = check(folder, "-l", path)
        lines = err.splitlines()
        wanted = "cxwall: %s:%d: %s" % (path, line, message)
        tap.check((status, out) == (2, "") and lines[0] == wanted, "%s: %s" % (" ".join(text.split()), message), err + out)
        tap.check(len(lines) == 3 and lines[1].startswith("    ") and shown in lines[1] + lines[1] and
                  re.match(r"^ +\^$", lines[2]), "... with the line and a caret", err)


def check_meaning(tap, folder):
    for number, text, line, message in MEANING:
        if message is None:
            continue
        path = folder.write("mine.conf", changed(number, text))
        status, out, err = check(folder, "-l", path)
        tap.check((status, out) == (2, "") and err.startswith("cxwall: %s:%d: " % (path, line)) and message in err and
                  err.count("\n") == 1, "%s: %s" % (" ".join(text.split()), message), err + out)


def check_warnings(tap, folder):
    for number, text, line, message in WARNINGS:
        path = folder.write("mine.conf", changed(number, text))
        status, out, err = check(folder, "-l", path)
        tap.same((status, err, out), (0, "cxwall: %s:%d: %s\n" % (path, line, message), "%s: OK, with 1 warning\n" % path),
                 "%s: %s" % (" ".join(text.split()), message))


def check_files(tap, folder):
    for data, line, message in FILES:
        path = os.path.join(folder.path, "mine.conf")
        with open(path, "wb") as file:
            file.write(data)
        status, out, err = check(folder, "-l", path)
        wanted = "cxwall: %s%s: %s" % (path, "" if line is None else ":%d" % line, message)
        tap.check((status, out) == (2, "") and err.splitlines()[0] == wanted, "a file %r...: %s" % (data[:20], message), err + out)
    for data in (GOOD.replace("\n", "\r\n"), GOOD.replace("  ", "\t")):
        with open(path, "wb") as file:
            file.write(data.encode())
        status, out, err = check(folder, "-l", path)
        tap.same((status, err), (0, ""), "line ends of Windows, and tabs, are no mistake")


def check_configuration(tap, folder):
    layout = folder.write("good.conf", GOOD)
    for text, line, message, caret in CONFIGURATION:
        path = folder.write("cxwall.conf", text + "\n")
        status, out, err = check(folder, "-c", path, "-l", layout)
        tap.check((status, out) == (2, "") and err.startswith("cxwall: %s:%d: " % (path, line)) and message in err and
                  err.count("\n") == (3 if caret else 1), "%s: %s" % (" ".join(text.split()), message), err + out)
        tap.check("hunter2" not in err or "secret" not in text, "... without a secret", err)


def check_connection(tap, folder):
    layout = folder.write("good.conf", GOOD)
    environment = folder.environment()
    for text, wanted, message in CONNECTION + tuple((text, 2, message) for text, message in NAMES):
        others = "".join(line + "\n" for line in ('tenant = "acme.example"', 'user = "wall"') if line.split()[0] != text.split()[0])
        path = folder.write("cxwall.conf", others + text + "\n")
        if text.startswith("secret_file"):
            environment.pop("CXWALL_SECRET")
        status, out, err = harness.run(["run", "--check-config", "-c", path, "-l", layout], environment)
        environment = folder.environment()
        tap.check(status == wanted and err.startswith("cxwall: %s:%d: %s" % (path, others.count("\n") + 1, message)) and
                  err.count("\n") == 1 and "hunter2" not in err, "%s: %s" % (text, message), err + out)
    path = folder.write("cxwall.conf", 'tenant = "acme.example"\nuser = "wall"\nsecret_file = "%s"\nsecret_command = "true"\n' % layout)
    status, out, err = harness.run(["run", "--check-config", "-c", path, "-l", layout], environment)
    tap.same((status, err), (0, "cxwall: %s:4: secret_command: not used, because secret_file is set\n" % path), "two secrets")


def check_home(tap, folder):
    """~ and $HOME in every setting that names a file; nobody but a shell replaces them elsewhere."""
    folder.write("mine.conf", GOOD)
    folder.write("secret", "the-secret\n")
    environment = folder.environment()
    del environment["CXWALL_SECRET"]
    keys = ("secret_file", "ca_file", "broker_password_file", "broker_ca_file", "broker_cert_file", "broker_key_file", "log",
            "record", "layout")
    for sign in ("~", "$HOME", "${HOME}"):
        path = folder.write("cxwall.conf", 'tenant = "acme.example" user = "wall"\n' +
                            "".join('%s = "%s/mine.conf"\n' % (key, sign) for key in keys))
        _, out, err = harness.run(["run", "--print-config", "-c", path], environment)
        for key in keys:
            tap.check(re.search(r"(?m)^%s +%s/mine.conf +\(file\)$" % (key, re.escape(folder.path)), out),
                      "%s in %s is the home" % (sign, key), out + err)
    server = harness.Server()
    path = folder.write("cxwall.conf", 'tenant = "acme.example"\nuser = "wall"\nurl = "%s"\nsecret_file = "~/secret"\n'
                        'layout = "$HOME/mine.conf"\n' % server.url)
    status, out, err = harness.run(["snapshot", "-c", "~/cxwall.conf", "--format", "json"], environment)
    tap.check(status == 0 and '"Mine"' in out and err == "", "a secret, a layout and a configuration in the home are read", out + err)
    status, out, err = harness.run(["snapshot", "--log=~/wall.log"], dict(environment, CXWALL_CONFIG="~/cxwall.conf"))
    tap.check(status == 0 and os.path.exists(folder.path + "/wall.log"), "so is --log=~/wall.log", err)
    script = folder.write("told", "#!/bin/sh\n", 0o700)
    path = folder.write("mine.conf", changed(13, '{ name = "long" when = "now.in_calls_waiting > 1" command = "~/told" clear_command = ["$HOME/told", "~"] }'))
    status, out, err = check(folder, "-l", path)
    tap.same((status, err), (0, ""), "commands of alerts may begin with ~")
    os.remove(script)
    del environment["HOME"]
    status, out, err = harness.run(["run", "--check-config", "-l", "~/x"], environment)
    tap.same((status, err), (2, "cxwall: layout: ~ and $HOME cannot be replaced: HOME is not set, or too long\n"), "without HOME it is said")


def check_programs(tap, folder):
    """No alert has fired yet."""
    path = folder.write("mine.conf", changed(13, '{ name = "long" when = "now.in_calls_waiting > 1" command = "/bin/sh" clear_command = "/nowhere/told" }'))
    status, out, _ = harness.run(["doctor", "-l", path, "--url", harness.Server().url, "--tenant", "acme.example", "--user", "wall"],
                                 folder.environment())
    tap.check(status == 2 and "wrong  %s:13: alert 'long': /nowhere/told cannot be run: No such file or directory\n" % path in out and
              "/bin/sh" not in out, "doctor: the program of an alert is not there", out)


def check_app_ids(tap, folder):
    """Letters of the user's name that an app id can hold stay, others are replaced."""
    server = harness.Server()
    asked = []

    def create(handler, request):
        asked.extend(json.loads(request["body"]))
        server.create(handler, request)

    server.table[("POST", "/statsapi/subscription")] = create
    layout = folder.write("one.conf", 'pages = ( { rows = ( { panels = ( { name = "now" type = "totals" tiles = ( "in_calls_waiting" ) } ) } ) } )')
    status, out, err = harness.run(["snapshot", "-l", layout, *harness.options(server)], folder.environment(USER="azAZ09._-+~"))
    tap.check(status == 0 and asked and all("-azAZ09.____-" in app_id for app_id in asked), "the user's name in an app id", (status, err, asked))


def main():
    tap = harness.Tap()
    folder = harness.Folder()
    status, out, err = check(folder, "-l", folder.write("good.conf", GOOD))
    tap.same((status, out, err), (0, folder.path + "/good.conf: OK\n", ""), "the layout without a mistake")
    tap.check(len(SYNTAX) + len(MEANING) + len(WARNINGS) + len(FILES) >= 107, "a hundred and seven mistakes")
    for name in sorted(os.listdir(os.path.join(harness.SOURCE, "layouts"))):
        if name.endswith(".conf"):
            status, out, err = check(folder, "-l", name[:-len(".conf")])
            tap.same((status, out, err), (0, "built-in %s: OK\n" % name[:-len(".conf")], ""), "the shipped layout %s is a good example" % name)
    check_syntax(tap, folder)
    check_meaning(tap, folder)
    check_warnings(tap, folder)
    check_files(tap, folder)
    check_configuration(tap, folder)
    check_connection(tap, folder)
    check_home(tap, folder)
    check_programs(tap, folder)
    check_app_ids(tap, folder)
    folder.remove()
    tap.done()


main()
