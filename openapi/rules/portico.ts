import type { Oas3Rule, Plugin } from '@redocly/openapi-core';
import * as messages from './messages.ts';
import * as operations from './operations.ts';
import * as responses from './responses.ts';
import * as shapes from './shapes.ts';
import * as strings from './strings.ts';

/** Our rules by the name under which openapi/redocly.yaml switches them on: `portico/string-limits`. */
export const rules: Readonly<Record<string, Oas3Rule>> = Object.fromEntries(
  Object.entries({ ...strings, ...shapes, ...operations, ...responses, ...messages }).map(([name, rule]) => [
    name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    rule,
  ]),
);

/** The Redocly plugin; Redocly asks for a default export. */
export default function porticoPlugin(): Plugin {
  return { id: 'portico', rules: { oas3: rules } };
}
