import type { RecordedEvent } from './recording.ts';
import { Player, type Replay, type Stage } from './replay.ts';

/** The recordings that are being played. */
export class Replays {
  readonly #players = new Set<Player>();

  /** Plays a recording: resolves when what is due at once has been played. */
  async play(events: readonly RecordedEvent[], stage: Stage, speed?: number): Promise<Replay> {
    const player = new Player(events, stage, speed);
    this.#players.add(player);
    await player.start();
    return player;
  }

  /** Plays nothing any further. */
  stop(): void {
    for (const player of this.#players) player.stop();
    this.#players.clear();
  }
}
