// Parses the Mermaid files named on the command line with Mermaid itself, and prints for each, as JSON, how many
// participants and messages it found. Ends with status 3 where mermaid or jsdom is not installed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
let mermaid;
try {
  const { JSDOM } = require("jsdom");
  globalThis.window = new JSDOM("<!DOCTYPE html><body></body>").window;
  globalThis.document = globalThis.window.document;
  mermaid = (await import(pathToFileURL(require.resolve("mermaid")))).default;
} catch (error) {
  console.error(`mermaid and jsdom are needed: ${error.message}`);
  process.exit(3);
}
for (const file of process.argv.slice(2)) {
  const text = readFileSync(file, "utf8");
  await mermaid.parse(text);
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text.replace(/^---[^]*?\n---\n/, ""));
  const messages = diagram.db.getMessages().filter(({ from, to }) => to && from !== to); // a note has two equal ends
  console.log(JSON.stringify({ type: diagram.type, actors: diagram.db.getActorKeys(), messages: messages.length }));
}
