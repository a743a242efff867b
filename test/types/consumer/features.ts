import { type CoreOptions, fetchTransport, PubNub } from 'timetoken/core';
import { encryption, presence, storage } from 'timetoken/features';

interface Rooms {
  room: { readonly text: string };
}

const options: CoreOptions = { subscribeKey: 'demo', userId: 'alice', transport: fetchTransport() };

// What is exported can be named in a declaration file.
export class Chat extends PubNub.with(storage).with(presence, encryption)<Rooms> {
  /** The texts that are stored. */
  async texts(): Promise<readonly string[]> {
    const { messages } = await this.history().channel('room').execute();
    return messages.map(({ entry }) => entry.text);
  }
}

export const Client = PubNub.with(presence);
const chat = new Chat(options);
export const toRoom = chat.publish().channel('room');
void chat.texts();
void chat.hereNow().channels('room').execute();
// @ts-expect-error no such channel
void chat.history().channel('hall');
// @ts-expect-error a feature that was not added
void chat.sendFile();
