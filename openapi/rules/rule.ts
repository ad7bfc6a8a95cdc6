import type { Location, LocationObject, Oas3Rule, Oas3Visitor, UserContext } from '@redocly/openapi-core';
import { isReference, type Document, type PathItemObject, type Schema } from '../../src/contract/generator/document.ts';
import { viewsOf, type View } from './view.ts';

/** What a rule reports; the place is the node in hand unless a pointer below it is given. */
export type Report = (message: string, below?: readonly (string | number)[]) => void;

/** What a schema rule can ask about the schema in hand. */
export interface SchemaPlace {
  /** JSON Pointer within the file: `#/components/schemas/User/properties/email`. */
  readonly pointer: string;
  /** The schema a reference stands for, or the schema itself. */
  resolve(schema: Schema): Schema;
}

/** A rule about every schema of the documents, wherever it stands. */
export function schemaRule(check: (schema: Schema, report: Report, place: SchemaPlace) => void): Oas3Rule {
  const rule: Oas3Rule = () => ({
    Schema(node, { report, location, resolve }) {
      if (typeof node !== 'object' || '$ref' in node) return;
      const place: SchemaPlace = {
        pointer: location.pointer,
        resolve: (schema) => (schema.$ref === undefined ? schema : (resolve<Schema>({ $ref: schema.$ref }).node ?? {})),
      };
      check(
        node as Schema,
        (message, below = []) => {
          report({ message, location: keyAt(location, below) });
        },
        place,
      );
    },
  });
  return rule;
}

/** Reports at an operation, or at a part of it. */
export type ReportAt = (view: View, message: string, below?: readonly (string | number)[]) => void;

/** A rule about every operation, with what it refers to resolved. */
export function operationRule(check: (view: View, report: Report) => void): Oas3Rule {
  return pathRule((views, report) => {
    for (const view of views) check(view, (message, below) => report(view, message, below));
  });
}

/** A rule about all operations of one path together. */
export function pathRule(check: (views: readonly View[], report: ReportAt) => void): Oas3Rule {
  const rule: Oas3Rule = (): Oas3Visitor => ({
    PathItem(node, context) {
      check(viewsOf(node as unknown as PathItemObject, String(context.key), context), reportAt(context));
    },
  });
  return rule;
}

/** The place as an editor marks it: the key, not the whole value below it. */
function keyAt(location: Location, below: readonly (string | number)[]): LocationObject {
  const { source, pointer } = location.child([...below]);
  return { source, pointer, reportOnKey: true };
}

function reportAt({ report }: UserContext): ReportAt {
  return (view, message, below = []) => report({ message, location: keyAt(view.location, below) });
}

/** What a rule about the document as a whole is given. */
export interface Whole {
  readonly views: readonly View[];
  readonly servers: readonly { readonly url: string }[];
  readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Reports at the document's beginning. */
  readonly report: (message: string) => void;
  readonly reportAt: ReportAt;
}

/** A rule about the document as a whole, after every operation has been seen. */
export function documentRule(check: (whole: Whole) => void): Oas3Rule {
  const rule: Oas3Rule = (): Oas3Visitor => {
    const views: View[] = [];
    return {
      PathItem(node, context) {
        views.push(...viewsOf(node as unknown as PathItemObject, String(context.key), context));
      },
      Root: {
        leave(root, context) {
          const { report, location, resolve } = context;
          const { components, servers } = root as unknown as Partial<Document> & Partial<Pick<Whole, 'servers'>>;
          const schemes = Object.entries(components?.securitySchemes ?? {}).map(
            ([name, scheme]): [string, Record<string, unknown>] => [
              name,
              isReference(scheme) ? (resolve<Record<string, unknown>>(scheme).node ?? {}) : scheme,
            ],
          );
          check({
            views,
            servers: servers ?? [],
            securitySchemes: Object.fromEntries(schemes),
            report: (message) => report({ message, location: keyAt(location, ['info']) }),
            reportAt: reportAt(context),
          });
        },
      },
    };
  };
  return rule;
}
