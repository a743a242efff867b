import { bodyText } from '../../http/body.ts';
import { shardOf } from '../read.ts';
import type { Call, Route } from '../route.ts';
import { filesAnswer, filesRefusal, isoSeconds, refuseExcess } from './answers.ts';
import { formFields } from './form.ts';
import { fileName } from './name.ts';
import { addressOf, UPLOAD_PATH } from './paths.ts';
import { channelOf, needsChannel } from './read.ts';
import { randomId, randomToken } from './tokens.ts';

const EXPIRES_MS = 60_000;
const MAX_BODY_BYTES = 8_192;

/** Announces a file, and says where to send it (docs/reference/protocol.md, "Files"). */
export const generateUploadUrl: Route = {
  operation: 'generate-upload-url',
  method: 'POST',
  path: '/v1/files/{subscribeKey}/channels/{channel}/generate-upload-url',
  needs: needsChannel('write'),
  async handle(call) {
    const { clock, random } = call.services;
    const { subscribeKey, files } = await shardOf(call);
    const upload = {
      id: randomId(random),
      channel: channelOf(call),
      name: await nameOf(call),
      token: randomToken(random),
      readToken: randomToken(random),
      expires: clock.now() + EXPIRES_MS,
    };
    refuseExcess(await files.announce(upload));
    return filesAnswer({
      data: { id: upload.id, name: upload.name },
      file_upload_request: {
        url: addressOf(call.request.base, UPLOAD_PATH, { subscribeKey }),
        method: 'POST',
        expiration_date: isoSeconds(upload.expires),
        form_fields: formFields(subscribeKey, upload),
      },
    });
  },
};

async function nameOf({ request }: Call): Promise<string> {
  const body = await bodyText(request.body, MAX_BODY_BYTES);
  const name = typeof body === 'string' ? undefined : fileName(nameIn(body.text));
  if (name === undefined) throw filesRefusal(400, '[name] must have 1 to 255 characters');
  return name;
}

function nameIn(text: string): unknown {
  try {
    return Object(JSON.parse(text)).name;
  } catch {
    return undefined;
  }
}
