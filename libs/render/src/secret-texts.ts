import { isJsonList, isJsonObject } from '#domain';
import type { Json, JsonObject } from '#kernel';
import { decodeUtf8 } from './parse-source-file.js';

/** Shorter texts are no secrets worth the name, and hiding every `true` would hide the message. */
const SHORTEST = 4;
const MOST = 15_000;

/**
 * Texts of the source that may be secret: values of Secrets, of generators and of JSON patches. Programs that read them quote
 * them in their errors, and those errors become statuses.
 */
export class SecretTexts {
  private readonly texts = new Set<string>();
  /** Past the bound nothing can be promised any more. */
  private isOverfull = false;

  /** A manifest or a patch: `data` and `stringData` of Secrets, in lists too, and every value of a JSON patch. */
  addObject(document: Json): void {
    if (isJsonList(document)) {
      for (const item of document) if (isJsonObject(item)) this.addAll(item['value']);
      return;
    }
    if (!isJsonObject(document)) return;
    if (isJsonList(document['items'])) for (const item of document['items']) this.addObject(item);
    if (document['kind'] !== 'Secret') return;
    this.addAll(document['data']);
    this.addAll(document['stringData']);
  }

  /** Literals of generators, and patches written into a kustomization: a patch is hidden line by line. */
  addGenerators(kustomization: Json): void {
    if (!isJsonObject(kustomization)) return;
    for (const [field, list] of Object.entries(kustomization)) {
      if (!isJsonList(list)) continue;
      for (const item of list) {
        if (/^(secret|configmap)generator$/i.test(field) && isJsonObject(item)) this.addLiterals(item);
        if (/^(patches|generators|transformers)/i.test(field)) this.addLines(typeof item === 'string' ? item : isJsonObject(item) && typeof item['patch'] === 'string' ? item['patch'] : '');
      }
    }
  }

  /** The content of a generated Secret or ConfigMap, or an environment file: each line, and what stands after its `=`. */
  addFile(bytes: Uint8Array): void {
    this.addLines(decodeUtf8(bytes) ?? '');
  }

  /**
   * Values of a chart: every text and number in them, wherever it stands. Which of them is a secret only the chart knows, and `fail` quotes what
   * it likes. What is also the name of a member stays: messages name members.
   */
  addValues(values: Json): void {
    const names = new Set<string>();
    const leaves: string[] = [];
    const open: Json[] = [values];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (typeof at === 'string') leaves.push(at);
      else if (typeof at === 'number') leaves.push(String(at));
      else if (isJsonList(at)) open.push(...at);
      else if (isJsonObject(at)) {
        for (const [name, member] of Object.entries(at)) {
          names.add(name);
          open.push(member ?? null);
        }
      }
    }
    for (const leaf of leaves) if (!names.has(leaf)) this.addLines(leaf);
  }

  /** The message without any of the texts; a fixed sentence where there were too many to look for. */
  hideIn(message: string): string {
    if (this.isOverfull) return 'it failed, and the message is not shown, as the source holds too many values that may be secret';
    return [...this.texts].toSorted((a, b) => b.length - a.length).reduce((text, secret) => text.replaceAll(secret, '***'), message);
  }

  private addLiterals(generator: JsonObject): void {
    for (const [key, literals] of Object.entries(generator)) {
      if (key.toLowerCase() === 'literals' && isJsonList(literals)) for (const literal of literals) if (typeof literal === 'string') this.addPair(literal);
    }
  }

  private addLines(text: string): void {
    for (const line of text.split('\n')) {
      this.addPair(line);
      const colon = line.indexOf(': ');
      if (colon >= 0) this.add(unquote(line.slice(colon + 2).trim()));
    }
  }

  private addPair(pair: string): void {
    this.add(pair.trim());
    if (pair.includes('=')) this.add(unquote(pair.slice(pair.indexOf('=') + 1).trim()));
  }

  private addAll(value: Json | undefined): void {
    if (typeof value === 'string') this.addLines(value);
    else if (isJsonList(value)) value.forEach((item) => this.addAll(item));
    else if (isJsonObject(value)) Object.values(value).forEach((item) => this.addAll(item));
  }

  /** As it is, as Go and JSON quote it, and as a Secret holds it. */
  private add(text: string): void {
    if (text.length < SHORTEST) return;
    if (this.texts.size >= MOST) this.isOverfull = true;
    else for (const spelling of [text, JSON.stringify(text).slice(1, -1), Buffer.from(text).toString('base64')]) this.texts.add(spelling);
  }
}

function unquote(text: string): string {
  return /^(['"]).*\1$/.test(text) ? text.slice(1, -1) : text;
}
