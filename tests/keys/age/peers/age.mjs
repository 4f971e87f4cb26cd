// The peer: `node age.mjs seal RECIPIENT...` or `node age.mjs open IDENTITY`, standard input to output.
// A passphrase is given as `passphrase:TEXT`.
import { Decrypter, Encrypter } from "age-encryption";

async function readAll(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

const [verb, ...names] = process.argv.slice(2);
const input = await readAll(process.stdin);
const peer = verb === "seal" ? new Encrypter() : new Decrypter();
for (const name of names) {
  if (name.startsWith("passphrase:")) {
    if (verb === "seal") {
      peer.setScryptWorkFactor(12);
      peer.setPassphrase(name.slice("passphrase:".length));
    } else {
      peer.addPassphrase(name.slice("passphrase:".length));
    }
  } else if (verb === "seal") {
    peer.addRecipient(name);
  } else {
    peer.addIdentity(name);
  }
}
process.stdout.write(verb === "seal" ? await peer.encrypt(input) : await peer.decrypt(input));
