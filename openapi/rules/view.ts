import type { Location, UserContext } from '@redocly/openapi-core';
import {
  isReference,
  methods,
  type HeaderObject,
  type LinkObject,
  type LowerMethod,
  type MediaTypeObject,
  type OperationObject,
  type ParameterObject,
  type PathItemObject,
  type Reference,
  type RequestBodyObject,
  type ResponseObject,
  type Schema,
} from '../../src/contract/generator/document.ts';

/** A schema together with the file it stands in, from which its references are resolved. */
export interface SchemaView {
  readonly schema: Schema;
  readonly file: string;
  /** The name it is referred to by, if it is. */
  readonly name: string | undefined;
  resolve(schema: Schema): SchemaView;
}

export interface ParameterView extends Omit<ParameterObject, 'schema'> {
  readonly schema: SchemaView;
  readonly hasExample: boolean;
}

export interface MediaTypeView {
  readonly schema: SchemaView | undefined;
  readonly hasExample: boolean;
}

export interface ResponseView {
  /** True when it is one of the shared responses. */
  readonly shared: boolean;
  readonly headers: ReadonlyMap<string, HeaderObject>;
  readonly content: ReadonlyMap<string, MediaTypeView>;
  readonly links: readonly LinkObject[];
}

/** An operation with everything it refers to resolved: what most rules look at. */
export interface View {
  readonly path: string;
  readonly method: LowerMethod;
  /** As written, so anything may be missing from it. */
  readonly operation: Readonly<Partial<OperationObject>>;
  /** Its operationId; empty when there is none. */
  readonly id: string;
  /** Where it stands in its file. */
  readonly location: Location;
  readonly parameters: readonly ParameterView[];
  readonly body: { readonly required: boolean; readonly content: ReadonlyMap<string, MediaTypeView> } | undefined;
  readonly responses: ReadonlyMap<string, ResponseView>;
  parameter(place: ParameterObject['in'], name: string): ParameterView | undefined;
}

interface Resolved<T> {
  readonly value: T;
  readonly file: string;
  readonly name: string | undefined;
}

export function viewsOf(item: PathItemObject, path: string, context: UserContext): View[] {
  const home = context.location.source.absoluteRef;

  function follow<T extends object>(value: T | Reference, file: string): Resolved<T> {
    if (!isReference(value)) return { value, file, name: undefined };
    const { node, location } = context.resolve<T>(value, file);
    if (node === undefined || location === undefined) return { value: {} as T, file, name: undefined };
    const target = follow<T>(node, location.source.absoluteRef);
    return { ...target, name: value.$ref.slice(value.$ref.lastIndexOf('/') + 1) };
  }

  function schemaView(schema: Schema, file: string): SchemaView {
    const { value, file: target, name } = follow<Schema>(schema, file);
    return { schema: value, file: target, name, resolve: (inner) => schemaView(inner, target) };
  }

  function contentView(content: Record<string, MediaTypeObject>, file: string): Map<string, MediaTypeView> {
    return new Map(
      Object.entries(content).map(([mediaType, object]) => [
        mediaType,
        {
          schema: object.schema === undefined ? undefined : schemaView(object.schema, file),
          hasExample: 'example' in object || 'examples' in object,
        },
      ]),
    );
  }

  function responseView(response: ResponseObject | Reference): ResponseView {
    const { value, file } = follow<ResponseObject>(response, home);
    return {
      shared: isReference(response),
      headers: new Map(
        Object.entries(value.headers ?? {}).map(([name, header]) => [name, follow<HeaderObject>(header, file).value]),
      ),
      content: contentView(value.content ?? {}, file),
      links: Object.values(value.links ?? {}).map((link) => follow<LinkObject>(link, file).value),
    };
  }

  function parameterViews(operation: Partial<OperationObject>): ParameterView[] {
    const merged = new Map<string, ParameterView>();
    for (const parameter of [...(item.parameters ?? []), ...(operation.parameters ?? [])]) {
      const { value, file } = follow<ParameterObject>(parameter, home);
      const hasExample = 'example' in value || 'examples' in value;
      merged.set(`${value.in} ${value.name}`, { ...value, schema: schemaView(value.schema ?? {}, file), hasExample });
    }
    return [...merged.values()];
  }

  return methods.flatMap((method) => {
    const operation: Partial<OperationObject> | undefined = item[method];
    if (operation === undefined) return [];
    const parameters = parameterViews(operation);
    const body =
      operation.requestBody === undefined ? undefined : follow<RequestBodyObject>(operation.requestBody, home);
    const view: View = {
      path,
      method,
      operation,
      id: operation.operationId ?? '',
      location: context.location.child([method]),
      parameters,
      body:
        body === undefined
          ? undefined
          : { required: body.value.required ?? false, content: contentView(body.value.content, body.file) },
      responses: new Map(
        Object.entries(operation.responses ?? {}).map(([status, response]) => [status, responseView(response)]),
      ),
      parameter: (place, name) => parameters.find((parameter) => parameter.in === place && parameter.name === name),
    };
    return [view];
  });
}
