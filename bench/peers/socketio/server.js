// Rooms over Socket.IO 4 with its Redis adapter, as its documentation shows them.
const { createServer } = require("node:http");
const { Server } = require("socket.io");
const { createAdapter } = require("@socket.io/redis-adapter");
const { createClient } = require("redis");

async function main(port, redisPort) {
  const publisher = createClient({ socket: { host: "127.0.0.1", port: redisPort } });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);

  const http = createServer();
  const io = new Server(http, { adapter: createAdapter(publisher, subscriber), transports: ["websocket"] });
  io.on("connection", (socket) => {
    let room;
    socket.on("enter", (name) => {
      room = name;
      socket.join(name);
      socket.emit("entered");
    });
    socket.on("say", (message) => io.to(room).emit("message", message));
  });
  http.listen({ host: "127.0.0.1", port, backlog: 4096 });
}

main(Number(process.argv[2]), Number(process.argv[3]));
