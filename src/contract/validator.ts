/** One error as the generated validators report it. */
export interface ValidatorError {
  readonly keyword: string;
  /** JSON Pointer to the value. */
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A generated validator. `errors` belongs to the last call and is replaced by the next one: read it at once. */
export interface Validator {
  (data: unknown): boolean;
  errors?: readonly ValidatorError[] | null;
}
