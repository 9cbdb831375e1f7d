const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
/** A step that takes longer shows for how long already. */
const SHOW_SECONDS = 3;

/** Tells the story on the terminal: chapters, steps with a tick and their time, and what one would look at. */
export class Narrator {
  private readonly isTerminal: boolean;
  private readonly colour: (code: number, text: string) => string;
  private readonly startedAt = performance.now();

  constructor(
    private readonly stream: NodeJS.WriteStream,
    env: NodeJS.ProcessEnv,
  ) {
    this.isTerminal = stream.isTTY === true && env['TERM'] !== 'dumb' && env['CI'] === undefined;
    this.colour = this.isTerminal && env['NO_COLOR'] === undefined ? (code, text) => `\u001b[${code}m${text}\u001b[0m` : (_code, text) => text;
  }

  get elapsedSeconds(): number {
    return (performance.now() - this.startedAt) / 1000;
  }

  chapter(title: string): void {
    this.stream.write(`\n${this.colour(1, title)}\n`);
  }

  /** Shown under a step: a small table or a few lines. */
  show(text: string): void {
    this.stream.write(`${text.trimEnd().split('\n').map((line) => `      ${this.colour(2, line)}`).join('\n')}\n`);
  }

  say(text: string): void {
    this.stream.write(`${text}\n`);
  }

  /** Runs one step of the story; its result may say more than the title promised. @throws what the step throws, after marking it. */
  async step<T>(title: string, work: () => Promise<T>, outcome: (value: T) => string = () => ''): Promise<T> {
    const began = performance.now();
    const stopSpinner = this.spin(title);
    try {
      const value = await work();
      stopSpinner();
      const said = outcome(value);
      this.stream.write(`  ${this.colour(32, '✔')} ${title}${said === '' ? '' : `: ${said}`} ${this.colour(2, `(${((performance.now() - began) / 1000).toFixed(1)} s)`)}\n`);
      return value;
    } catch (error) {
      stopSpinner();
      this.stream.write(`  ${this.colour(31, '✘')} ${title}\n`);
      throw error;
    }
  }

  private spin(title: string): () => void {
    if (!this.isTerminal) return () => undefined;
    let frame = 0;
    const began = performance.now();
    const timer = setInterval(() => {
      const seconds = Math.floor((performance.now() - began) / 1000);
      this.stream.write(`\r  ${SPINNER[frame % SPINNER.length] ?? ''} ${title}${seconds < SHOW_SECONDS ? '' : ` ${this.colour(2, `(${seconds} s)`)}`}`);
      frame += 1;
    }, 80);
    return () => {
      clearInterval(timer);
      this.stream.write('\r\u001b[2K');
    };
  }
}
