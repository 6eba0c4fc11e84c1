// A wall as one would write it with blessed-contrib: a table of the agents that fit, once a second.
//
//     node blessed_table.js URL SECONDS
"use strict";
const http = require("http");
const blessed = require("blessed");
const contrib = require("blessed-contrib");

const heads = ["Login", "Name", "Ext", "Handled", "Offered", "Rejected", "Transf", "Out", "Contacts", "Reason"];
const [url, seconds] = [process.argv[2], Number(process.argv[3])];
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
const screen = blessed.screen({ smartCSR: true });
const table = contrib.table({ width: "100%", height: "100%", interactive: false, columnSpacing: 1,
  columnWidth: [13, 21, 8, 8, 8, 9, 7, 7, 9, 12] });
screen.append(table);
screen.key(["C-c"], () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));

function show(text) {
  const rows = Object.values(JSON.parse(text))[0].agent_grids[0].values;
  table.setData({ headers: heads, data: rows.slice(0, screen.height - 4).map((row) => Object.values(row).slice(0, heads.length)) });
  screen.render();
}

function poll() {
  http.get(url, { agent }, (response) => {
    const parts = [];
    response.on("data", (part) => parts.push(part));
    response.on("end", () => show(Buffer.concat(parts).toString()));
  });
}

poll();
setInterval(poll, seconds * 1000);
