/** Sound as tests need it: tones into WAV files, WAV files back to samples, and which tone is in them (Goertzel). */
import { readFileSync, writeFileSync } from 'node:fs';

/** Samples in -1..1, one channel. */
export type Sound = { readonly rateHz: number; readonly samples: Float32Array };

/** A pure tone at half of full scale. */
export function tone(hertz: number, seconds: number, rateHz = 8000): Sound {
  const samples = new Float32Array(Math.round(seconds * rateHz));
  for (let i = 0; i < samples.length; i += 1)
    samples[i] = 0.5 * Math.sin((2 * Math.PI * hertz * i) / rateHz);
  return { rateHz, samples };
}

/** Writes 16-bit PCM, one channel. */
export function writeWav(path: string, sound: Sound): void {
  const bytes = Buffer.alloc(44 + sound.samples.length * 2);
  bytes.write('RIFF', 0, 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8, 'latin1');
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(sound.rateHz, 24);
  bytes.writeUInt32LE(sound.rateHz * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(bytes.length - 44, 40);
  sound.samples.forEach((sample, i) => {
    bytes.writeInt16LE(Math.round(sample * 32767), 44 + i * 2);
  });
  writeFileSync(path, bytes);
}

/**
 * Reads 16-bit PCM. The length in the `data` header is not believed: a recorder that still writes has
 * left it at zero, and what is in the file is what was heard.
 */
export function readWav(path: string): Sound {
  const bytes = readFileSync(path);
  const rateHz = bytes.length >= 28 ? bytes.readUInt32LE(24) : 8000;
  const data = bytes.indexOf('data', 12, 'latin1');
  const start = data < 0 ? bytes.length : data + 8;
  const count = Math.max(0, Math.floor((bytes.length - start) / 2));
  const samples = new Float32Array(count);
  for (let i = 0; i < count; i += 1) samples[i] = bytes.readInt16LE(start + i * 2) / 32768;
  return { rateHz, samples };
}

/** G.711 mu-law octets as sound (ITU-T G.711, as RTP payload type 0 carries them). */
export function fromMuLaw(octets: Uint8Array): Sound {
  const samples = new Float32Array(octets.length);
  octets.forEach((octet, i) => {
    const code = ~octet & 0xff;
    const magnitude = (((code & 0x0f) << 3) + 0x84) << ((code & 0x70) >> 4);
    samples[i] = (code & 0x80 ? 0x84 - magnitude : magnitude - 0x84) / 32768;
  });
  return { rateHz: 8000, samples };
}

/** Long enough to tell tones 20 Hz apart, short enough that a lost packet spoils one block only. */
const BLOCK_S = 0.05;

/** Share of the sound's energy that is at `hertz`: near 1 for that pure tone, near 0 for any other and for silence. */
export function shareAt(sound: Sound, hertz: number): number {
  const length = Math.round(BLOCK_S * sound.rateHz);
  let there = 0;
  let energy = 0;
  for (let start = 0; start + length <= sound.samples.length; start += length) {
    const block = sound.samples.subarray(start, start + length);
    there += energyAt(block, hertz, sound.rateHz);
    for (const sample of block) energy += sample * sample;
  }
  const silent = energy < 1e-5 * sound.samples.length || energy === 0;
  return silent ? 0 : there / energy;
}

/** Goertzel's algorithm: energy of one frequency in a block. */
function energyAt(block: Float32Array, hertz: number, rateHz: number): number {
  const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / rateHz);
  let before = 0;
  let last = 0;
  for (const sample of block) {
    const next = sample + coefficient * last - before;
    before = last;
    last = next;
  }
  const power = before * before + last * last - coefficient * last * before;
  return (2 * power) / block.length;
}

/** Part of a sound, from and to in seconds; negative from the end, as in `slice`. */
export function part(sound: Sound, fromS: number, toS?: number): Sound {
  const { rateHz } = sound;
  const to = toS === undefined ? undefined : Math.round(toS * rateHz);
  return { rateHz, samples: sound.samples.slice(Math.round(fromS * rateHz), to) };
}
