// Asks the official parser about the AsyncAPI document in the file named; one line a fault, exit code 1 if there is any.
// Errors and warnings are faults, hints are not. What the parser lets pass though no reader could use it is one too.
import { readFile } from "node:fs/promises";
import parser from "@asyncapi/parser";

const WARNING = 1; // 0 error, 1 warning, 2 information, 3 hint
const { document, diagnostics } = await new parser.Parser().parse(await readFile(process.argv[2], "utf8"));
const faults = diagnostics
  .filter(({ severity }) => severity <= WARNING)
  .map(({ code, path, message }) => `${code} at /${path.join("/")}: ${message}`);
for (const message of document?.allMessages().all() ?? []) {
  for (const part of ["payload", "headers"]) {
    if (!message[part]()) faults.push(`message ${message.name()} has no ${part}`);
  }
}
for (const line of faults) console.log(line);
if (faults.length === 0) console.log(`${document.allMessages().all().length} messages, in order`);
process.exitCode = faults.length === 0 ? 0 : 1;
