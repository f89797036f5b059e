/**
 * The floor: passes the datagrams of calls on and looks into none. What Node's `dgram` costs any server
 * that is built on it. What comes from the phone goes to the caller, all else to the phone.
 *
 *   node bench/relay.ts PORT CALLER_PORT PHONE_PORT        ports of 127.0.0.1
 */
import { createSocket } from 'node:dgram';

const RECEIVE_BUFFER_BYTES = 4 << 20;
const ADDRESS = '127.0.0.1';

const [port = 0, callerPort = 0, phonePort = 0] = process.argv.slice(2).map(Number);
const socket = createSocket({
  type: 'udp4',
  recvBufferSize: RECEIVE_BUFFER_BYTES,
  // Addresses are numbers: the resolver of the system is not asked.
  lookup: (hostname, _options, callback) => callback(null, hostname, 4),
});
socket.on('message', (datagram, from) => {
  socket.send(datagram, from.port === phonePort ? callerPort : phonePort, ADDRESS);
});
socket.bind(port, ADDRESS, () => process.stdout.write('ready\n'));
