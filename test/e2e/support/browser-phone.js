/**
 * Runs in the page: a JsSIP softphone whose microphone is a WebAudio oscillator and whose ear is an
 * analyser. The test operates it through `window.phone`.
 */
const sip = JsSIP;

class BrowserPhone {
  events = [];
  #ua;
  #session;
  #audio = new AudioContext();
  #microphone;
  #ear;
  #earIn;

  constructor({ socket, uri, password, toneHertz }) {
    const oscillator = new OscillatorNode(this.#audio, { frequency: toneHertz });
    this.#microphone = new MediaStreamAudioDestinationNode(this.#audio);
    oscillator.connect(this.#microphone);
    oscillator.start();
    this.#ear = new AnalyserNode(this.#audio, { fftSize: 4096, smoothingTimeConstant: 0 });
    this.#ua = new sip.UA({
      sockets: [new sip.WebSocketInterface(socket)],
      uri,
      password,
      register: true,
      register_expires: 120,
      session_timers: true,
    });
    for (const name of ['connected', 'disconnected', 'registered', 'registrationFailed'])
      this.#ua.on(name, (event) => this.#happened(name, { cause: event?.cause ?? '' }));
    this.#ua.on('newRTCSession', ({ session, originator }) => {
      if (originator === 'remote') this.#happened('incoming', {});
      this.#take(session);
    });
    this.#ua.start();
  }

  call(target) {
    this.#ua.call(target, { mediaStream: this.#microphone.stream, pcConfig: { iceServers: [] } });
  }

  answer() {
    this.#session.answer({
      mediaStream: this.#microphone.stream,
      pcConfig: { iceServers: [] },
    });
  }

  hold() {
    return this.#session.hold();
  }

  unhold() {
    return this.#session.unhold();
  }

  hangUp() {
    this.#session.terminate();
  }

  stop() {
    this.#ua.stop();
  }

  get inCall() {
    return Boolean(this.#session && !this.#session.isEnded());
  }

  /** Loudest frequency heard and how loud it is (decibel of full scale). */
  heard() {
    const levels = new Float32Array(this.#ear.frequencyBinCount);
    this.#ear.getFloatFrequencyData(levels);
    let loudest = 0;
    for (let i = 1; i < levels.length; i += 1) if (levels[i] > levels[loudest]) loudest = i;
    return {
      hertz: (loudest * this.#audio.sampleRate) / this.#ear.fftSize,
      decibel: levels[loudest],
    };
  }

  /** What WebRTC says of the media: DTLS, the pair of addresses in use, energy received (in joule-like units). */
  async media() {
    const found = { dtls: 'none', received: 0, energy: 0, codec: '' };
    const report = await this.#session.connection.getStats();
    for (const entry of report.values()) {
      if (entry.type === 'transport') found.dtls = entry.dtlsState;
      if (entry.type === 'inbound-rtp' && entry.kind === 'audio') {
        found.received = entry.packetsReceived;
        found.energy = entry.totalAudioEnergy ?? 0;
        found.codec = report.get(entry.codecId)?.mimeType ?? '';
      }
    }
    return found;
  }

  #take(session) {
    this.#session = session;
    for (const name of ['progress', 'accepted', 'confirmed', 'hold', 'unhold'])
      session.on(name, ({ originator }) => this.#happened(name, { originator: originator ?? '' }));
    for (const name of ['ended', 'failed'])
      session.on(name, ({ originator, cause, message }) => {
        // `message` is null when we ended it ourselves.
        const reason = message?.getHeader?.('Reason') ?? '';
        this.#happened(name, { originator, cause, reason });
      });
    const listen = (connection) =>
      connection.addEventListener('track', (event) => this.#hear(event.streams[0]));
    if (session.connection) listen(session.connection);
    else session.on('peerconnection', ({ peerconnection }) => listen(peerconnection));
  }

  #hear(stream) {
    // Chromium feeds WebAudio from a remote stream only while a media element plays it too.
    const element = new Audio();
    element.srcObject = stream;
    document.body.append(element);
    element.play();
    this.#earIn?.disconnect();
    this.#earIn = new MediaStreamAudioSourceNode(this.#audio, { mediaStream: stream });
    this.#earIn.connect(this.#ear);
  }

  #happened(type, what) {
    this.events.push({ type, ...what });
  }
}

window.startPhone = (setup) => {
  window.phone = new BrowserPhone(setup);
};
