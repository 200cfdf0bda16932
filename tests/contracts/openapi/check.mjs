// Asks Redocly's linter about the OpenAPI document in the file named; one line a fault, exit code 1 if there is any.
// Errors and warnings are faults. Nothing is sent anywhere: only the linter is installed, not the program around it.
import { createConfig, lint } from "@redocly/openapi-core";

const RULES = {
  // What an operation says of itself and of its examples.
  "operation-description": "error",
  "operation-operationId": "error",
  "tag-description": "off", // a tag is the resource's own name
  "no-invalid-media-type-examples": "error",
  "no-invalid-parameter-examples": "error",
  "no-invalid-schema-examples": "error",
  "no-http-verbs-in-paths": "off",
  "paths-kebab-case": "error",
  "path-segment-plural": "off",
  "no-server-trailing-slash": "off", // "/" is this deployment, wherever it stands
  "operation-parameters-unique": "error",
  "parameter-description": "off",
  "response-contains-header": "error",
  "no-required-schema-properties-undefined": "error",
  "no-schema-type-mismatch": "error",
  "component-name-unique": "error",
};
RULES["response-contains-header"] = { severity: "error", names: { "2xx": ["Correlation-Id"] } };
const config = await createConfig({ extends: ["recommended-strict"], rules: RULES });
const problems = await lint({ ref: process.argv[2], config });
for (const { ruleId, message, location } of problems) {
  console.log(`${ruleId} at ${location[0].pointer ?? ""}: ${message.replace(/\s+/g, " ").trim()}`);
}
if (problems.length === 0) console.log("in order");
process.exitCode = problems.length === 0 ? 0 : 1;
