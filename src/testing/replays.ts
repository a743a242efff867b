import { type Recording, readRecording } from './recording.ts';
import { Player, type Replay, type ReplayOptions, type Stage } from './replay.ts';

/** The recordings that are being played. */
export class Replays {
  readonly #players = new Set<Player>();

  /** Plays a recording: resolves when what is due at once has been played. */
  async play(recording: Recording, stage: Stage, options?: ReplayOptions): Promise<Replay> {
    const player = new Player(await readRecording(recording), stage, options);
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
