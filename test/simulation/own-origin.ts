import type { Clock } from '../../src/index.ts';
import { createOrigin, type Origin, type OriginLimits } from '../../src/origin/index.ts';
import { Dice } from './dice.ts';
import type { Server, ServerAnswer, ServerRequest } from './server.ts';
import type { Truth } from './truth.ts';

/** Our own origin, and the truth of what it takes. */
export class OwnOrigin implements Server {
  readonly tellsGaps = true;
  readonly knowsPresence = false;
  readonly blur = 0n;
  readonly #clock: Clock;
  readonly #limits: Partial<OriginLimits>;
  readonly #truth: Truth;
  #origin: Origin;

  constructor(clock: Clock, limits: Partial<OriginLimits>, truth: Truth) {
    this.#clock = clock;
    this.#limits = limits;
    this.#truth = truth;
    this.#origin = this.#create();
  }

  async handle(request: ServerRequest): Promise<ServerAnswer> {
    const { method, target, body, interruption } = request;
    const begun = this.#truth.tick();
    const answer = await this.#origin.handle({
      method,
      target,
      header: () => undefined,
      body: new TextEncoder().encode(body),
      interruption,
    });
    if (answer.status === 200) this.#note(target, answer.body, begun);
    return { status: answer.status, body: answer.body };
  }

  stop(): Promise<void> {
    return this.#origin.close();
  }

  begin(): void {
    this.#truth.life += 1;
    this.#origin = this.#create();
  }

  close(): Promise<void> {
    return this.#origin.close();
  }

  #create(): Origin {
    const { life } = this.#truth;
    return createOrigin({ clock: this.#clock, random: new Dice(1_000 + life).next, limits: this.#limits });
  }

  #note(target: string, body: string, begun: number): void {
    const { pathname, searchParams } = new URL(target, 'http://origin');
    const segments = pathname.split('/').map(decodeURIComponent);
    const [, first, , , , channel = '', , message = ''] = segments;
    if (first === 'publish' || first === 'signal') {
      const [, , timetoken] = JSON.parse(body);
      this.#truth.take({
        begun,
        channel,
        timetoken,
        kind: first === 'signal' ? 'signal' : 'message',
        publisher: searchParams.get('uuid') ?? undefined,
        payload: JSON.parse(message),
        meta: JSON.parse(searchParams.get('meta') ?? 'null'),
        type: searchParams.get('custom_message_type') ?? undefined,
        stored: first === 'publish' && searchParams.get('store') !== '0',
      });
    } else if (segments[2] === 'channel-registration' && segments[6] !== undefined) {
      this.#truth.regroup(segments[6], names(searchParams.get('add')), names(searchParams.get('remove')));
    }
  }
}

function names(list: string | null): readonly string[] {
  return (list ?? '').split(',').filter((name) => name !== '');
}
