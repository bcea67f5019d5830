/**
 * Secrets that are known by their form: tokens with a prefix of their issuer, credentials in URLs and headers, and
 * whatever stands behind a name that tells.
 */
import { isOrdinary, isSecretLabel, NAMELESS, variableOf } from './names.js';

/** A secret in a text: its place, and the variable that stands for it. */
export type Span = { start: number; end: number; name: string };

/**
 * A form. The first group of the pattern stands before the secret, the second is it. `name` gives the variable, or
 * undefined if it is no secret after all; without it the secret has no name.
 */
type Form = {
  /** A cheap test that all texts with this form pass. */
  hint: RegExp;
  pattern: RegExp;
  name?: (before: string, value: string) => string | undefined;
};

const URL_NAME = (): string => 'URL_PASSWORD';

/** What looks like code, not like a value: a call, a member, a constant. */
const CODE = /^(?:[\w.]{1,200}\(|(?:self|this|std|os|process|env)[.:]|nullptr\b|-?\d{1,3}[;,)\]]?$)/;

/** The name that ends before an operator: `--db-password=`, `"apiKey": "`, `-DPW:STRING=`. */
const NAME = /(?:-D)?([A-Za-z_][\w.-]{0,120})(?::[A-Z]{1,12})?\\?["']?\s{0,3}(?::=|[=:,])?\s{0,4}\\?["'`]?$/;

const labelled = (before: string, value: string): string | undefined => {
  const name = NAME.exec(before)?.[1];
  if (name === undefined || CODE.test(value)) return undefined;
  return isSecretLabel(name) ? variableOf(name) : undefined;
};

const TRIGGER = /pass|secret|token|key|auth|cookie|cred|pw|pat|psk|jwt|signature|dsn/i;

const FORMS: readonly Form[] = [
  // `scheme://user:password@host`. Unescaped slashes are taken for the password's unless a port precedes them.
  {
    hint: /:\/\//,
    pattern: /(:\/\/[^\s/?#@:"'<>]{0,100}:)([^\s/?#"'<>]{1,300}(?=@)|(?!\d{1,5}[/?#])[^\s"'<>]{1,300}(?=@))/g,
    name: URL_NAME,
  },
  // `scheme://token@host`
  { hint: /:\/\//, pattern: /(:\/\/)([^\s/?#@:"'<>]{20,300})(?=@)/g, name: URL_NAME },
  // `Authorization: Bearer …`, to the end of the line or of the quotation
  {
    hint: /authorization/i,
    pattern:
      /(authorization\\?["']?\s{0,2}[:=]\s{0,2}\\?["']?(?:(?:basic|bearer|token|digest|negotiate|apikey)\s{1,4})?)([^\s"'\\][^\r\n"'\\]{0,2000})/gi,
  },
  { hint: /bearer/i, pattern: /(\bbearer\s{1,4})([\w.~+/-]{16,2000}={0,3})/gi },
  {
    hint: /cookie/i,
    pattern: /(cookie\\?["']?:\s{1,2}\\?["']?)([\w.-]{1,100}=[^\r\n"'\\]{1,4000})/gi,
  },
  // `X-Api-Key: …`
  {
    hint: /\bx-/i,
    pattern:
      /(\bx-[a-z0-9-]{0,40}(?:key|token|secret|auth|password)\\?["']?\s{0,2}:\s{0,2}\\?["']?)([^\s"'\\]{1,2000})/gi,
  },
  // A line of an environment: the value may hold blanks.
  {
    hint: /^(?:export |declare -x )?[A-Z]\w{0,80}=/m,
    pattern: /(^(?:export |declare -x )?[A-Z]\w{0,80}=)([^\n]{1,4000})/gm,
    name: labelled,
  },
  // `"name": "value"`, `name = 'value'`
  {
    hint: TRIGGER,
    pattern:
      /((?:pass|secret|token|key|auth|cookie|cred|pw|pat|psk|jwt|signature|dsn)[\w.-]{0,40}\\?["']?\s{0,2}(?::=|=|:(?!:))\s{0,3}\\?["'`])([^"'`\n\\]{1,4000})/gi,
    name: labelled,
  },
  // `name=value`, `-Dname=value`, `--name=value`, `-DNAME:STRING=value`, `?name=value&`
  {
    hint: TRIGGER,
    pattern:
      /((?:pass|secret|token|key|auth|cookie|cred|pw|pat|psk|jwt|signature|dsn)[\w.-]{0,40}(?::[A-Z]{1,12})?(?::=|=(?![=>~])))([^\s"'`<>\\]{1,4000})/gi,
    name: labelled,
  },
  // `?sig=value`
  { hint: /[?&]s/i, pattern: /([?&](?:sig|signature)=)([^&\s"'<>]{8,2000})/gi },
  // `password: value`
  {
    hint: /pass|secret|key|token/i,
    pattern:
      /((?:passw(?:or)?d|passphrase|passcode|secret|(?:api|access)[_-]?key|(?:auth|access|refresh)[_-]?token)\s{0,2}:(?!:)\s{1,3})([^\s"'`<>,;\\]{4,4000})/gi,
    name: labelled,
  },
  // `--password value`, `"--password", "value"`
  {
    hint: /-[\w-]{0,40}(?:pass|secret|token|key|cred|pw|pat|psk|jwt)/i,
    pattern:
      /((?<![\w-])--?[\w-]{0,40}(?:pass|secret|token|key|cred|pw|pat|psk|jwt)[\w-]{0,20}["']?[\s,]{1,4}["']?)(-?[^\s"'-][^\s"']{0,2000})/gi,
    name: labelled,
  },
  // `curl -u user:password`
  {
    hint: /-u|-user/,
    pattern:
      /((?<![\w-])(?:-u|--user|--proxy-user)[\s=]{1,3}["']?[^\s:"']{1,100}:(?!:|\d{1,6}(?:\s|$)))([^\s"']{1,300})/g,
  },
  // `machine host login user password value`, as in .netrc
  {
    hint: /\blogin\s/,
    pattern: /(\blogin\s{1,3}\S{1,200}\s{1,3}password\s{1,3})(\S{1,500})/g,
  },
  { hint: /identified\s/i, pattern: /(identified\s{1,3}by\s{1,3}["'])([^"'\n]{1,500})/gi },
  // Addresses that are themselves the permission to post there.
  { hint: /slack/, pattern: /(hooks\.slack\.com\/(?:services|workflows|triggers)\/)([\w/-]{10,200})/g },
  { hint: /discord/, pattern: /(discord(?:app)?\.com\/api\/webhooks\/\d{5,25}\/)([\w-]{20,200})/g },
  // Tokens of GitHub, GitLab, AWS, Slack, npm, PyPI
  {
    hint: /gh[opsur]_|github_pat_|gl[a-z]{2,6}-|A[A-Z]{2}A|xox|xapp-|npm_|pypi-/,
    pattern:
      /((?<![A-Za-z0-9]))(gh[opsur]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas|imt|ffct)-[\w.-]{16,255}|(?:AKIA|ASIA|ABIA|ACCA|AROA|AIDA)[A-Z0-9]{16}(?![A-Za-z0-9])|xox[abceoprs]-[\w.-]{8,255}|xapp-[\w-]{10,255}|npm_[A-Za-z0-9]{30,255}|pypi-[\w-]{30,2000})/g,
  },
  // JSON web tokens
  {
    hint: /eyJ/,
    pattern: /((?<![A-Za-z0-9]))(eyJ[\w-]{5,4000}\.[\w-]{5,8000}(?:\.[\w-]{0,4000}){0,3})/g,
  },
  // Google, Stripe, OpenAI, Anthropic, SendGrid, DigitalOcean, Hugging Face, Docker, Vault
  {
    hint: /AIza|ya29|[sr]k[_-]|whsec_|SG\.|do[opr]_v1|hf_|dckr_|hv[sbr]\./,
    pattern:
      /((?<![A-Za-z0-9]))(AIza[\w-]{35}|ya29\.[\w-]{20,2000}|[sr]k_(?:live|test|prod)_\w{16,255}|whsec_\w{20,255}|sk-(?:ant-|proj-|svcacct-|or-)?(?:[a-z0-9]{1,10}-)?[A-Za-z0-9_]{20,255}[\w-]{0,255}|SG\.[\w-]{16,64}\.[\w-]{16,64}|do[opr]_v1_[a-f0-9]{32,128}|hf_[A-Za-z0-9]{30,64}|dckr_(?:pat|oat)_[\w-]{20,255}|hv[sbr]\.[\w-]{20,255})/g,
  },
  // Shopify, RubyGems, Linear, Atlassian, NuGet, crates.io, age, Telegram, New Relic, Pulumi, Grafana, Databricks, Postman
  {
    hint: /shp|rubygems_|lin_api_|ATATT3|ATCTT3|oy2|cio|AGE-SECRET|:AA|NRAK|pul-|gl(?:c|sa)_|dapi|PMAK-|tfp_|atlasv1/,
    pattern:
      /((?<![A-Za-z0-9]))(shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|rubygems_[a-f0-9]{40,64}|lin_api_\w{30,64}|AT[AC]TT3[\w=-]{30,400}|oy2[a-z0-9]{43}(?![a-z0-9])|cio[A-Za-z0-9]{32}(?![A-Za-z0-9])|AGE-SECRET-KEY-1[A-Z0-9]{50,64}|\d{8,10}:AA[\w-]{33}|NRAK-[A-Z0-9]{27}|pul-[a-f0-9]{40}|gl(?:c|sa)_[\w=]{30,400}|dapi[a-f0-9]{32}|PMAK-[a-f0-9-]{40,80}|tfp_[\w-]{30,80}|\w{14}\.atlasv1\.[\w-]{60,80})/g,
  },
];

/** The longest private key, in characters: 16384 bits, with its lines broken and escaped. */
const MAX_KEY = 20_000;
const KEY_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_END = '-----END ';

/** Private keys in PEM. One whose end is missing reaches as far as a key can. */
const privateKeys = (text: string): Span[] =>
  [...text.matchAll(KEY_BEGIN)].flatMap((m) => {
    const start = m.index + m[0].length;
    const found = text.indexOf(KEY_END, start);
    const end = Math.min(found < 0 ? text.length : found, start + MAX_KEY);
    return isOrdinary(text.slice(start, end).trim()) ? [] : [{ start, end, name: 'PRIVATE_KEY' }];
  });

/** The part of a name that stands right before a place. */
const wordBefore = (text: string, at: number): string =>
  /[\w.-]{0,80}$/.exec(text.slice(Math.max(0, at - 80), at))?.[0] ?? '';

/** Punctuation after a value that is not a part of it. */
const TRAILING = /[,;.)\]}]+$/;

/** The secrets in a text that are known by their form, in no fixed order. They may overlap. */
export const secretsByForm = (text: string): Span[] => {
  const found: Span[] = [];
  for (const { hint, pattern, name } of FORMS) {
    if (!hint.test(text)) continue;
    for (const m of text.matchAll(pattern)) {
      const [, before = '', value = ''] = m;
      const secret = value.replace(TRAILING, '');
      if (secret === '' || isOrdinary(secret)) continue;
      const variable = name ? name(wordBefore(text, m.index) + before, secret) : NAMELESS;
      if (variable === undefined) continue;
      const start = m.index + before.length;
      found.push({ start, end: start + secret.length, name: variable });
    }
  }
  if (text.includes('PRIVATE KEY')) found.push(...privateKeys(text));
  return found;
};
