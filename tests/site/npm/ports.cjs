// Leads HTTP and HTTPS at localhost to where nginx listens: the HTTP Observatory of MDN asks at their own ports only.
const { Socket } = require("node:net");

const { connect } = Socket.prototype;
const { HTTP_SOCKET, HTTPS_PORT } = process.env;
const PLACES = { 80: { path: HTTP_SOCKET }, 443: { host: "127.0.0.1", port: HTTPS_PORT } };

Socket.prototype.connect = function (...args) {
  const options = Array.isArray(args[0]) ? args[0][0] : args[0];
  const place = options?.host === "localhost" && PLACES[options.port];
  if (place) {
    for (const name of ["host", "port"]) delete options[name];
    Object.assign(options, place);
  }
  return connect.apply(this, args);
};
