import { BROKEN_TAG } from '#testing';
import type { Dice } from './dice.js';
import { CLUSTERS, type Action, type ApplicationPlan, type ClusterName, type Content, type Step } from './schedule.js';

type Why = Extract<Action, { readonly kind: 'commit' }>['why'];
type Kind = 'change' | 'revert' | 'break' | 'stick' | 'shrink' | 'rewrite' | 'parameters' | 'sync' | 'tier' | 'unmatch' | 'hand-edit' | 'hand-delete';
const WEIGHTS: Readonly<Record<Kind, number>> = { change: 6, revert: 2, break: 2, stick: 2, shrink: 1, rewrite: 1, parameters: 2, sync: 1, tier: 2, unmatch: 1, 'hand-edit': 3, 'hand-delete': 3 };
/** The node that kwok plays never gets it ready. */
const STUCK_IMAGE = `example.com/web:${BROKEN_TAG}`;
/** Rest between two actions on one application: people are not faster. */
const REST_MS = 400;

/** What people do to one application, in order; it ends with a commit that works. */
export function planActions(dice: Dice, application: ApplicationPlan, lengthMs: number): readonly Step[] {
  return new ApplicationStory(dice, application).tell(lengthMs);
}

class ApplicationStory {
  private readonly steps: Step[] = [];
  private readonly history: Content[];
  private readonly unmatched = new Set<ClusterName>();
  /** An object that is healed again and again is healed later and later, which is a promise too, but no fast one. */
  private readonly touched = new Set<string>();
  private ordinal = 1;
  private values = 0;
  private clockMs: number;

  constructor(
    private readonly dice: Dice,
    private readonly application: ApplicationPlan,
  ) {
    this.history = [application.first];
    this.clockMs = application.createdAtMs ?? 0;
  }

  tell(lengthMs: number): readonly Step[] {
    if (this.application.createdAtMs !== undefined) this.add({ kind: 'create', application: this.application.name });
    const count = this.dice.between(3, 6);
    for (let i = 0; i < count; i += 1) {
      this.clockMs += this.dice.between(REST_MS, Math.max(REST_MS, Math.floor((2 * lengthMs) / (count + 1)) - REST_MS));
      this.clockMs = Math.min(this.clockMs, lengthMs);
      this.act(this.dice.weighted(WEIGHTS));
    }
    if (this.head.isBroken || this.head.image === STUCK_IMAGE) this.commit(this.mended(), 'mend');
    if (this.dice.chance(0.2)) this.add({ kind: 'delete', application: this.application.name, mode: this.dice.pick(['DELETE', 'ORPHAN'] as const) });
    return this.steps;
  }

  private get head(): Content {
    return this.history.at(-1) ?? this.application.first;
  }

  private act(kind: Kind): void {
    const { dice, application: { name } } = this;
    const cluster = dice.pick(CLUSTERS);
    switch (kind) {
      case 'change': return this.commit(this.grown(), 'change');
      case 'break': return this.commit({ ...this.head, isBroken: true }, 'break');
      case 'stick': return this.commit(this.head.image === undefined ? this.grown() : { ...this.grown(), image: STUCK_IMAGE }, this.head.image === undefined ? 'change' : 'stick');
      case 'shrink': return this.commit(this.shrunk(), 'shrink');
      case 'revert': {
        const earlier = this.history.filter((content) => !content.isBroken && content.image !== STUCK_IMAGE).at(-2);
        return this.commit(earlier ?? this.grown(), earlier === undefined ? 'change' : 'revert');
      }
      case 'rewrite': {
        const content = this.grown();
        this.history.push(content);
        return this.add({ kind, application: name, content });
      }
      case 'parameters': return this.add({ kind, application: name, size: `size-${this.fresh()}` });
      case 'sync': return this.add({ kind, application: name });
      case 'tier': return this.add({ kind, application: name, cluster, tier: `tier-${this.fresh()}` });
      case 'unmatch': {
        const isMatched = this.unmatched.delete(cluster);
        if (!isMatched) this.unmatched.add(cluster);
        return this.add({ kind: 'match', application: name, cluster, isMatched });
      }
      default: {
        const object = dice.pick(Object.keys(this.application.first.values));
        const key = `${cluster}/${object}`;
        if (this.touched.has(key)) return;
        this.touched.add(key);
        return this.add({ kind, application: name, cluster, object });
      }
    }
  }

  private commit(content: Content, why: Why): void {
    this.history.push(content);
    this.add({ kind: 'commit', application: this.application.name, content, why });
  }

  /** The next content: something changes, something comes, sometimes one thing goes. */
  private grown(): Content {
    this.ordinal += 1;
    const values: Record<string, string> = { ...this.head.values };
    for (const name of Object.keys(values)) if (this.dice.chance(0.5)) values[name] = `v${this.ordinal}`;
    values['marker'] = `v${this.ordinal}`;
    if (this.dice.chance(0.4)) values[`extra-${this.ordinal}`] = `v${this.ordinal}`;
    const extra = Object.keys(values).find((name) => name.startsWith('extra-'));
    if (extra !== undefined && this.dice.chance(0.3)) delete values[extra];
    const image = this.head.image === undefined || !this.dice.chance(0.3) ? this.head.image : `example.com/web:${this.ordinal}`;
    return { values, image, isBroken: false };
  }

  private mended(): Content {
    const content = this.grown();
    return content.image === STUCK_IMAGE ? { ...content, image: `example.com/web:${this.ordinal}` } : content;
  }

  /** So little is left that the prune guard wants to hear a person. */
  private shrunk(): Content {
    this.ordinal += 1;
    return { values: { marker: `v${this.ordinal}` }, image: this.head.image, isBroken: false };
  }

  /** A change that changes nothing would leave no trace to count. */
  private fresh(): number {
    this.values += 1;
    return this.values;
  }

  private add(action: Action): void {
    this.steps.push({ atMs: this.clockMs, action });
  }
}
