import { Dice } from './dice.ts';
import { faultStep } from './generate-faults.ts';
import type { Deed, HandlerDeed, Plan, ReactTo, Setting, StartWish, Step, Wish } from './plan.ts';

const CHANNELS = ['a', 'b', 'c', 'n.x', 'n.y'] as const;
/** The group `b` has the name of a channel, to catch what takes the one for the other. */
const GROUPS = ['g', 'b'] as const;
const NAMES = ['a', 'b', 'c', 'n.x', 'n.*'] as const;
const STATES = ['idle', 'connecting', 'connected', 'reconnecting', 'stopped', 'failed'] as const;

/** What a seed stands for. */
export function planOf(seed: number): Plan {
  return new Generator(new Dice(seed)).plan();
}

class Generator {
  readonly #dice: Dice;
  readonly #ids: string[] = [];
  readonly #setting: Setting;

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#setting = settingOf(dice);
  }

  plan(): Plan {
    const dice = this.#dice;
    const steps: Step[] = [];
    if (dice.chance(0.6)) steps.push({ do: 'group', group: 'g', add: ['a', 'n.x'], remove: [] });
    if (dice.chance(0.4)) steps.push({ do: 'group', group: 'b', add: ['c'], remove: [] });
    if (dice.chance(0.3)) steps.push(this.#tell(), { do: 'advance', ms: 1_000 });
    steps.push(this.#subscribe());
    const count = dice.int(15, 50);
    while (steps.length < count) steps.push(...this.#next());
    return { setting: this.#setting, steps };
  }

  #next(): readonly Step[] {
    const dice = this.#dice;
    const { origin } = this.#setting;
    const make = dice.weighted<() => Step | readonly Step[]>([
      [14, () => this.#tell()],
      [10, () => this.#time()],
      [6, () => this.#subscribe()],
      [3, () => this.#end()],
      [7, () => faultStep(dice)],
      [4, () => this.#react()],
      [2, () => this.#read()],
      [1, () => ({ do: 'pull', id: this.#id(), count: dice.int(1, 3) })],
      [2, () => dice.pick<Step>([{ do: 'reconnect' }, { do: 'disconnect' }, { do: 'unsubscribe-all' }])],
      [1, () => ({ do: 'set-token', token: `t${dice.int(1, 3)}` })],
      [2, () => this.#regroup()],
      [1, () => ({ do: 'until', state: dice.pick(STATES) })],
      [1, () => ({ do: 'keep-cursor' })],
      [
        1,
        () => ({ do: 'tell-presence', channel: dice.pick(CHANNELS), user: 'dave', joins: dice.chance(0.6) }),
      ],
      [2, () => this.#refuse()],
      [1, () => this.#clock()],
      [origin === 'tight' ? 2 : 0, () => ({ do: 'restart' })],
      [origin === 'foreign' ? 6 : 0, () => this.#foreign()],
    ])();
    return [make].flat() as Step[];
  }

  #id(): string {
    const last = this.#ids.at(-1) ?? 's1';
    return this.#dice.pick([last, ...this.#ids]);
  }

  #wish(): Wish {
    const dice = this.#dice;
    const groups = dice.chance(0.3) ? dice.some(GROUPS, 1, 2) : [];
    const channels = groups.length > 0 && dice.chance(0.5) ? [] : dice.some(NAMES, 1, 3);
    const start = dice.chance(0.3) ? this.#start(groups, channels) : undefined;
    return {
      ...{ channels, groups, presence: dice.chance(0.2) },
      ...(start && { start }),
      ...(dice.chance(0.15) && { recovery: dice.pick(['none', 'history'] as const) }),
    };
  }

  #start(groups: readonly string[], channels: readonly string[]): StartWish {
    const dice = this.#dice;
    const plain = groups.length === 0 && !channels.includes('n.*');
    return dice.weighted<() => StartWish>([
      [5, () => ({ at: 'message', back: dice.int(0, 8) })],
      [2, () => ({ at: 'ago', ms: dice.pick([100, 5_000, 60_000, 3_600_000, 90_000_000]) })],
      [2, () => ({ at: 'cursor' })],
      [2, () => ({ at: 'date', ms: dice.pick([1_000, 60_000, 3_600_000]) })],
      [plain ? 3 : 0, () => ({ at: 'last', count: dice.int(1, 6) })],
    ])();
  }

  #subscribe(): Deed {
    const id = `s${this.#ids.length + 1}`;
    this.#ids.push(id);
    return { do: 'subscribe', id, wish: this.#wish() };
  }

  #end(): Deed {
    const dice = this.#dice;
    if (dice.chance(0.7)) return { do: 'unsubscribe', id: this.#id() };
    const groups = dice.chance(0.3) ? dice.some(GROUPS, 1, 1) : [];
    return { do: 'unsubscribe-names', channels: dice.some(NAMES, 1, 2), groups };
  }

  #tell(): Step {
    const dice = this.#dice;
    const channel = dice.pick(CHANNELS);
    if (dice.chance(0.1)) return { do: 'tell-signal', channel };
    if (dice.chance(0.15)) return { do: 'publish', channel };
    const count = dice.weighted([
      [8, 1],
      [3, dice.int(2, 5)],
      [1, this.#setting.queue + 3],
    ]);
    return { do: 'tell', channel, count, like: dice.chance(0.15) ? 'same' : 'unique' };
  }

  #time(): Step {
    const dice = this.#dice;
    if (dice.chance(0.3)) return { do: 'turn' };
    return { do: 'advance', ms: dice.pick([1, 10, 100, 400, 1_100, 2_500, 6_000, 20_000, 40_000]) };
  }

  #read(): Step {
    const dice = this.#dice;
    const overflow = dice.pick(['pause', 'pause', 'drop-oldest', 'drop-newest', 'error'] as const);
    const reader = dice.pick(['eager', 'pulled', 'pulled', 'forgotten'] as const);
    return { do: 'read', id: this.#id(), reader, buffer: dice.int(1, 4), overflow };
  }

  #react(): Step {
    const dice = this.#dice;
    const to = dice.pick<ReactTo>([
      'message',
      'message',
      'presence',
      'status',
      'status',
      'gap',
      'state',
      'listenerError',
    ]);
    const isOwn = (to === 'message' || to === 'gap' || to === 'presence') && dice.chance(0.5);
    const times = dice.pick([1, 1, 2, 4]);
    return { do: 'react', to, ...(isOwn && { at: this.#id() }), times, deed: this.#deed(to) };
  }

  #deed(to: ReactTo): HandlerDeed {
    const dice = this.#dice;
    const fresh = `r${dice.int(100, 999)}`;
    const deed = dice.weighted<() => HandlerDeed>([
      [4, () => this.#end()],
      [3, () => ({ do: 'subscribe', id: fresh, wish: this.#wish() })],
      [2, () => ({ do: 'reconnect' })],
      [1, () => ({ do: 'disconnect-reconnect', times: dice.pick([1, 2, 50]) })],
      [2, () => ({ do: 'set-token', token: fresh })],
      [1, () => ({ do: 'unsubscribe-all' })],
      [2, () => ({ do: dice.pick(['throw', 'reject'] as const) })],
      [1, () => ({ do: 'remove-itself' })],
      [1, () => ({ do: 'publish', channel: dice.pick(CHANNELS) })],
    ])();
    return to === 'listenerError' && deed.do === 'subscribe' ? { do: 'throw' } : deed;
  }

  #regroup(): Step {
    const dice = this.#dice;
    const group = dice.pick(GROUPS);
    const some = dice.some(CHANNELS, 1, 2);
    return {
      do: 'group',
      group,
      ...(dice.chance(0.7) ? { add: some, remove: [] } : { add: [], remove: some }),
    };
  }

  #refuse(): Step {
    const dice = this.#dice;
    if (dice.chance(0.35)) return { do: 'allow' };
    if (dice.chance(0.15))
      return { do: 'uri-limit', bytes: dice.int(180, 260), status: dice.pick([414, 431]) };
    const names = [...dice.some(NAMES, 1, 2), ...(dice.chance(0.2) ? ['g'] : [])];
    return { do: 'deny', names, how: dice.chance(0.8) ? 'named' : 'unnamed' };
  }

  #clock(): Step {
    const dice = this.#dice;
    if (dice.chance(0.4)) return { do: 'sleep', ms: dice.pick([2_000, 90_000, 400_000]) };
    return { do: 'jump', ms: dice.pick([-3_600_000, -60_000, -5, 5, 60_000, 3_600_000]) };
  }

  #foreign(): Step | readonly Step[] {
    const dice = this.#dice;
    const channel = dice.pick(CHANNELS);
    const { regionDelay } = this.#setting;
    return dice.weighted<() => Step | readonly Step[]>([
      [3, () => ({ do: 'tell-twins', channel, differ: dice.pick(['payload', 'meta', 'type'] as const) })],
      [3, () => ({ do: 'tell-elsewhere', channel })],
      [regionDelay > 0 ? 2 : 0, () => [{ do: 'other-region' }, { do: 'break-connections' }]],
      [regionDelay > 0 ? 1 : 0, () => ({ do: 'flap', on: dice.chance(0.7) })],
      [1, () => ({ do: 'copies', ms: dice.pick([500, 20_000]) })],
    ])();
  }
}

function settingOf(dice: Dice): Setting {
  const origin = dice.weighted<Setting['origin']>([
    [4, 'roomy'],
    [3, 'tight'],
    [4, 'foreign'],
  ]);
  const hasRegions = dice.chance(0.4);
  return {
    origin,
    queue: origin === 'foreign' ? 10 : dice.pick([2, 5]),
    historyLag: dice.pick([0, 300, 1_500]),
    regionSkew: hasRegions ? dice.pick([-5, 3, 40]) : 0,
    regionDelay: hasRegions ? dice.pick([2, 80, 300]) : 0,
    latency: dice.pick([0, 0, 30, 300]),
    policy: dice.weighted<Setting['policy']>([
      [6, 'default'],
      [1, 'linear'],
      [1, 'three-attempts'],
    ]),
    heartbeats: dice.chance(0.2),
    recovery: dice.chance(0.3) ? 'history' : 'none',
    heals: dice.chance(0.9),
  };
}
