/** Session descriptions as messages carry them: a whole body, or a part of one that has several (RFC 5621). */
import type { Media } from '../call/signals.ts';
import { partsOf } from '../sip/message/multipart.ts';
import { parseParameterised } from '../sip/message/parameters.ts';

const SDP = 'application/sdp';
/** Content-Transfer-Encodings by which a text stands as it is (RFC 2045 §6.2). */
const PLAIN: ReadonlySet<string> = new Set(['', '7bit', '8bit', 'binary']);

type Place = {
  readonly begin: number;
  readonly end: number;
  /** It is of the session, and not for something beside it (`early-session`, RFC 3959). */
  readonly isSession: boolean;
};

/** Where they are; undefined: that cannot be told, or one of them is encoded. */
function placesIn({ type, body }: Media): readonly Place[] | undefined {
  const whole = { begin: 0, end: body.length, isSession: true };
  if (type === SDP) return [whole];
  const name = parseParameterised(type)?.value.toLowerCase();
  if (name === SDP) return [whole];
  if (name?.startsWith('multipart/') !== true) return [];
  const parts = partsOf(type, body)?.filter((part) => part.type === SDP);
  if (parts?.some(({ encoding }) => !PLAIN.has(encoding)) !== false) return undefined;
  return parts.map(({ begin, end, disposition }) => {
    return { begin, end, isSession: disposition === '' || disposition === 'session' };
  });
}

/** The session's description; '' where there is none, or none that can be read. */
export function descriptionIn(media: Media): string {
  const { type, body } = media;
  // What nearly every body is.
  if (type === SDP) return body;
  const place = placesIn(media)?.find(({ isSession }) => isSession);
  return place === undefined ? '' : body.slice(place.begin, place.end);
}

/**
 * The body with all its descriptions as `revise` makes them; the very one where nothing changes. Undefined: nobody
 * knows what it describes.
 */
export function reviseDescriptions(
  media: Media,
  revise: (sdp: string, isSession: boolean) => string,
): Media | undefined {
  const places = placesIn(media);
  if (places === undefined) return undefined;
  const { type, body } = media;
  let text = '';
  let at = 0;
  for (const { begin, end, isSession } of places) {
    text += body.slice(at, begin) + revise(body.slice(begin, end), isSession);
    at = end;
  }
  text += body.slice(at);
  return text === body ? media : { type, body: text };
}
