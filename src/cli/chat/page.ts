// What a browser gets. Names and texts of others become text nodes alone, and the policy of the page would run no script
// in them either.

/** The policy that every answer carries: scripts, styles, images and requests of this server, and nothing else. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** The page, at `/`. */
export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Chat</title>
<link rel="icon" href="/chat.svg">
<link rel="stylesheet" href="/chat.css">
<script type="module" src="/chat.js"></script>
<h1>Chat</h1>
<p id="state" role="status">Connecting…</p>
<ol id="messages" aria-live="polite"></ol>
<form>
  <input name="name" placeholder="Your name" aria-label="Your name" required maxlength="32">
  <input name="text" placeholder="Your message" aria-label="Your message" required maxlength="1000" autocomplete="off">
  <button>Send</button>
</form>
</html>
`;

/** The style of the page, at `/chat.css`. */
export const STYLE = `body { font: 1rem/1.4 system-ui, sans-serif; max-width: 40rem; margin: 1rem auto; padding: 0 1rem; }
ol { list-style: none; padding: 0; min-height: 10rem; max-height: 60vh; overflow-y: auto; }
li { overflow-wrap: anywhere; white-space: pre-wrap; }
form { display: flex; gap: 0.5rem; }
[name='text'] { flex: 1; }
`;

/** The icon of the page, at `/chat.svg`. */
export const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1h6v4H4L2 7V5H1z"/></svg>';

/** The script of the page, at `/chat.js`. */
export const SCRIPT = `const [list, state, form] = ['#messages', '#state', 'form'].map((what) => document.querySelector(what));
const SHOWN = 500;
const AGAIN_MS = 5_000;

function show({ name, text }) {
  const item = document.createElement('li');
  // An element of its own direction each: a text that is written from right to left changes nothing around it.
  const [who, what] = [name, text].map((value) => {
    const part = document.createElement('bdi');
    part.textContent = value;
    return part;
  });
  const strong = document.createElement('strong');
  strong.append(who, ': ');
  item.append(strong, what);
  list.append(item);
  while (list.children.length > SHOWN) list.firstChild.remove();
  list.scrollTop = list.scrollHeight;
}

// What was sent comes again to who has no id yet: the list begins anew then.
function listen() {
  const source = new EventSource('/stream');
  list.replaceChildren();
  source.onopen = () => { state.textContent = 'Connected.'; };
  source.onmessage = ({ data }) => show(JSON.parse(data));
  source.onerror = () => {
    state.textContent = 'Not connected; trying again…';
    // It has given up, since the answer was none of a stream.
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, AGAIN_MS);
  };
}

async function send() {
  const { name, text } = Object.fromEntries(new FormData(form));
  const headers = { 'content-type': 'application/json' };
  try {
    const answer = await fetch('/messages', { method: 'POST', headers, body: JSON.stringify({ name, text }) });
    if (!answer.ok) throw new Error(await answer.text());
    form.elements.text.value = '';
    state.textContent = 'Connected.';
  } catch (error) {
    state.textContent = 'Not sent. ' + error.message;
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  send();
});
listen();
`;
