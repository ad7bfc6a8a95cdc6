import { parseArgs } from 'node:util';
import { StartupError } from '../../shared/startup-error.ts';
import type { Credentials } from './api-client.ts';

/** The campaign to make when none is named. */
export interface NewCampaign {
  readonly name: string;
  readonly coins: number;
  readonly periodPolicy: string;
  readonly messageTemplate: string;
  readonly defaultRegion: string;
}

export interface ImportOptions {
  readonly url: URL;
  readonly credentials: Credentials;
  readonly action:
    | { readonly kind: 'import'; readonly file: string; readonly campaign: string | NewCampaign }
    | { readonly kind: 'cancel'; readonly importId: string };
  /** Go on with an import that was cancelled. */
  readonly resume: boolean;
  /** Upload a file that an earlier window has had already. */
  readonly again: boolean;
}

export const importUsage = `portico import <file> --campaign <id>
portico import <file> --create-campaign <name> --coins <n>
portico import --cancel <import id>

Uploads a file of phone numbers (CSV or one number a line, up to 1,000,000 lines) and shows it becoming coins and text
messages. Refused lines are saved beside it as <file>.rejects.csv. Safe to interrupt and to repeat: the same command goes
on watching the same import, and no number is paid twice.

  --url <url>                 default PORTICO_URL or http://127.0.0.1:8080
  --email <e> --password <p>  default PORTICO_EMAIL, PORTICO_PASSWORD
  --token <token>             instead of them; default PORTICO_TOKEN
  --campaign <id>             an existing campaign
  --create-campaign <name>    a new one: made once for this file and these settings, however often this is run in 24 hours
  --coins <n>                 what each number receives
  --policy once|once-per-window   default once
  --message <text>            default "You got {coins} coins from {campaign}."
  --region <code>             whose national numbers are meant; default IR
  --resume                    go on with an import that was cancelled
  --again                     pay once more a file that an earlier window has had already
  --cancel <import id>        stop crediting`;

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws StartupError, exit code 2, that says what is missing or wrong */
export function readOptions(args: readonly string[], environment: Environment): ImportOptions {
  const { values, positionals } = parse(args);
  const resume = values.resume ?? false;
  const again = values.again ?? false;
  const url = readUrl(values.url ?? environment['PORTICO_URL'] ?? 'http://127.0.0.1:8080');
  const credentials = readCredentials(values, environment);
  if (values.cancel !== undefined) {
    return { url, credentials, action: { kind: 'cancel', importId: values.cancel }, resume, again };
  }
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) throw wrong('Name one file of phone numbers.');
  return { url, credentials, action: { kind: 'import', file, campaign: readCampaign(values) }, resume, again };
}

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: text,
        email: text,
        password: text,
        token: text,
        campaign: text,
        'create-campaign': text,
        coins: text,
        policy: text,
        message: text,
        region: text,
        cancel: text,
        resume: { type: 'boolean' },
        again: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw wrong(error instanceof Error ? error.message : String(error));
  }
}

function readUrl(text: string): URL {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw wrong(`"${text}" is no http(s) URL.`);
  return new URL(text);
}

function readCredentials(values: Values, environment: Environment): Credentials {
  const email = values.email ?? environment['PORTICO_EMAIL'];
  const password = values.password ?? environment['PORTICO_PASSWORD'];
  const token = values.token ?? (values.email === undefined ? environment['PORTICO_TOKEN'] : undefined);
  if (token !== undefined) return { token };
  if (email !== undefined && password !== undefined) return { email, password };
  throw wrong('Say who you are: --email and --password of somebody on the staff, or --token.');
}

function readCampaign(values: Values): string | NewCampaign {
  const { campaign, coins, 'create-campaign': name } = values;
  if ((campaign === undefined) === (name === undefined)) {
    throw wrong('Name a campaign with --campaign <id>, or make one with --create-campaign <name> --coins <n>.');
  }
  if (name === undefined) return campaign ?? '';
  if (coins === undefined || !/^[1-9]\d{0,6}$/.test(coins))
    throw wrong('--coins must be a whole number from 1 to 1000000.');
  return {
    name,
    coins: Number(coins),
    periodPolicy: values.policy ?? 'once',
    messageTemplate: values.message ?? 'You got {coins} coins from {campaign}.',
    defaultRegion: values.region ?? 'IR',
  };
}

function wrong(sentence: string): StartupError {
  return new StartupError(`${sentence} "portico import --help" tells more.`, { exitCode: 2 });
}
