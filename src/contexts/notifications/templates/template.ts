import type { MoneyBody } from '../../../shared/money.ts';
import type { Category } from '../category.ts';
import type { Channel } from '../message.ts';

/** What a variable may hold, as callers send it. */
interface ValueTypes {
  /** One line. */
  readonly string: string;
  /** May have line breaks; not in subjects and attributes. */
  readonly text: string;
  readonly integer: number;
  /** `2026-11-21`: the same day everywhere. */
  readonly date: string;
  /** RFC 3339: shown in the recipient's time zone. */
  readonly datetime: string;
  readonly money: MoneyBody;
  /** Absolute, https. */
  readonly url: string;
}

export type VariableType = keyof ValueTypes;

/** A value for one variable of a template, with the type its sender believes it has. */
export type VariableValue = {
  readonly [Type in VariableType]: { readonly name: string; readonly type: Type; readonly value: ValueTypes[Type] };
}[VariableType];

/** A variable that a template declares. */
export type TemplateVariable = {
  readonly [Type in VariableType]: {
    readonly name: string;
    readonly type: Type;
    /** What previews are filled with. */
    readonly sample: ValueTypes[Type];
    /** For `string` and `text`, in UTF-16 units; 200 when absent. */
    readonly maxLength?: number;
  };
}[VariableType];

/** The texts of one language, with `{{name}}` where variables go. */
export interface TemplateContent {
  /** BCP 47: `fa`, `pt-BR`. */
  readonly locale: string;
  /** E-mail only. */
  readonly subject?: string;
  readonly text: string;
  /** E-mail only, beside the text. */
  readonly html?: string;
}

/** What one version of a template says, in all its languages. */
export interface TemplateSource {
  /** Has a content; the language of whoever has none of the others. */
  readonly defaultLocale: string;
  readonly variables: readonly TemplateVariable[];
  readonly contents: readonly TemplateContent[];
}

export interface Template {
  readonly id: string;
  /** How senders name it: `bonus.credited`. */
  readonly key: string;
  readonly channel: Channel;
  readonly category: Category;
  readonly description: string;
  /** What is sent now; null before the first publication. */
  readonly publishedVersionId: string | null;
  readonly archived: boolean;
  /** Counts the changes; the ETag. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface TemplateVersion extends TemplateSource {
  readonly id: string;
  readonly templateId: string;
  /** 1, 2, 3 … within the template. */
  readonly number: number;
  /** Null while it is a draft; from then on it never changes. */
  readonly publishedAt: Date | null;
  /** Counts the changes; the ETag. */
  readonly revision: number;
  readonly createdAt: Date;
}

/** The published version of a template, ready to be rendered any number of times. */
export interface SendableTemplate extends TemplateSource {
  readonly templateId: string;
  readonly versionId: string;
  readonly key: string;
  readonly channel: Channel;
  readonly category: Category;
}
