import { type PNMessageResult, type PubNub, SubscribeCallback } from 'timetoken';

const ANSWERS: Readonly<Record<string, string>> = {
  hours: 'We are here from nine to five.',
  refund: 'Money comes back within a week.',
};

/** Answers questions. */
export class Answering extends SubscribeCallback<PubNub> {
  override async message({ message, publisher, timetoken }: PNMessageResult, pubnub: PubNub): Promise<void> {
    const { topic } = Object(message);
    if (publisher === undefined || typeof topic !== 'string') return;
    const text = ANSWERS[topic] ?? 'Somebody will look into that.';
    await pubnub
      .publish()
      .channel(`answers.${publisher}`)
      .message({ topic, text, question: timetoken })
      .meta({ from: 'desk' })
      .execute();
  }
}
