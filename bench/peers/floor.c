/* The floor: what a machine can do at best. A single-threaded WebSocket relay in C over epoll, with no rules, no
 * numbers, no memory and no Redis: what a socket sends goes to every socket that connected to the same path.
 *
 *   floor PORT single      one send for each message and socket
 *   floor PORT gathered    all messages that one round of reading brought, in one send for each socket
 *
 * It believes every handshake (the Accept header is a constant) and every frame to be whole, final and below 64 KiB. */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { READ = 65536, READY = 512, ROOMS = 8192 };

struct buffer { char *data; size_t size, room; };
struct peer { int fd, shaken; struct room *room; struct buffer in, out; };
struct room { char path[256]; struct peer **peers; int count, space, dirty; struct buffer waiting; };

static struct room rooms[ROOMS];
static int room_count, gathered, poller;
static struct room *dirty[ROOMS];
static int dirty_count;

static void append(struct buffer *to, const void *data, size_t size) {
    if (to->size + size > to->room) {
        to->room = (to->size + size) * 2;
        to->data = realloc(to->data, to->room);
        if (!to->data) exit(1);
    }
    memcpy(to->data + to->size, data, size);
    to->size += size;
}

static void drop(struct buffer *from, size_t count) {
    memmove(from->data, from->data + count, from->size - count);
    from->size -= count;
}

static void watch(struct peer *peer, int operation) {
    struct epoll_event event = {.events = EPOLLIN | (peer->out.size ? EPOLLOUT : 0), .data.ptr = peer};
    epoll_ctl(poller, operation, peer->fd, &event);
}

static void put(struct peer *peer, const char *data, size_t size) {
    ssize_t sent = peer->out.size ? 0 : send(peer->fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0) sent = 0;
    if ((size_t)sent == size) return;
    append(&peer->out, data + sent, size - (size_t)sent);
    watch(peer, EPOLL_CTL_MOD);
}

static void to_all(struct room *room, const char *data, size_t size) {
    for (int i = 0; i < room->count; i++) put(room->peers[i], data, size);
}

static void heard(struct room *room, const unsigned char *payload, size_t size) {
    unsigned char head[4] = {0x81};
    size_t length = 2;
    struct buffer *waiting = &room->waiting;
    if (size < 126) head[1] = (unsigned char)size;
    else { head[1] = 126; head[2] = (unsigned char)(size >> 8); head[3] = (unsigned char)size; length = 4; }
    append(waiting, head, length);
    append(waiting, payload, size);
    if (!gathered) {
        to_all(room, waiting->data, waiting->size);
        waiting->size = 0;
    } else if (!room->dirty) {
        room->dirty = 1;
        dirty[dirty_count++] = room;
    }
}

static struct room *room_at(const char *path, size_t length) {
    for (int i = 0; i < room_count; i++)
        if (strlen(rooms[i].path) == length && !memcmp(rooms[i].path, path, length)) return &rooms[i];
    if (room_count == ROOMS || length >= sizeof rooms->path) exit(1);
    memcpy(rooms[room_count].path, path, length);
    return &rooms[room_count++];
}

static void shake(struct peer *peer) {
    static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                 "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n";
    char *end = memmem(peer->in.data, peer->in.size, "\r\n\r\n", 4);
    if (!end) return;
    char *path = peer->in.data + 4, *stop = memchr(path, ' ', (size_t)(end - path));
    struct room *room = peer->room = room_at(path, (size_t)(stop - path));
    if (room->count == room->space) {
        room->space = room->space ? room->space * 2 : 16;
        room->peers = realloc(room->peers, (size_t)room->space * sizeof *room->peers);
    }
    room->peers[room->count++] = peer;
    peer->shaken = 1;
    put(peer, answer, sizeof answer - 1);
    drop(&peer->in, (size_t)(end + 4 - peer->in.data));
}

static void leave(struct peer *peer) {
    struct room *room = peer->room;
    if (room)
        for (int i = 0; i < room->count; i++)
            if (room->peers[i] == peer) { room->peers[i] = room->peers[--room->count]; break; }
    close(peer->fd);
    free(peer->in.data);
    free(peer->out.data);
    free(peer);
}

static void take(struct peer *peer) {
    unsigned char *data = (unsigned char *)peer->in.data;
    size_t at = 0, have = peer->in.size;
    while (have - at >= 6) {
        size_t size = data[at + 1] & 127, head = 6;
        if (size == 126) { size = (size_t)(data[at + 2] << 8 | data[at + 3]); head = 8; }
        if (have - at < head + size) break;
        unsigned char *mask = data + at + head - 4, *payload = data + at + head;
        for (size_t i = 0; i < size; i++) payload[i] ^= mask[i & 3];
        if ((data[at] & 15) == 1) heard(peer->room, payload, size);
        at += head + size;
    }
    drop(&peer->in, at);
}

static void serve(struct peer *peer, uint32_t events) {
    static char piece[READ];
    if (events & EPOLLOUT) {
        ssize_t sent = send(peer->fd, peer->out.data, peer->out.size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent > 0) drop(&peer->out, (size_t)sent);
        if (!peer->out.size) watch(peer, EPOLL_CTL_MOD);
    }
    if (!(events & ~(uint32_t)EPOLLOUT)) return;
    ssize_t count = recv(peer->fd, piece, sizeof piece, MSG_DONTWAIT);
    if (count <= 0) { leave(peer); return; }
    append(&peer->in, piece, (size_t)count);
    if (!peer->shaken) shake(peer);
    if (peer->shaken) take(peer);
}

static void welcome(int listener) {
    int fd, yes = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct peer *peer = calloc(1, sizeof *peer);
        if (!peer) exit(1);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        peer->fd = fd;
        watch(peer, EPOLL_CTL_ADD);
    }
}

int main(int argc, char **argv) {
    struct epoll_event ready[READY];
    struct rlimit files;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (argc != 3) return 2;
    gathered = !strcmp(argv[2], "gathered");
    address.sin_port = htons((uint16_t)atoi(argv[1]));
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 4096)) return 1;
    poller = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poller, ready, READY, -1);
        for (int i = 0; i < count; i++) {
            if (ready[i].data.ptr) serve(ready[i].data.ptr, ready[i].events);
            else welcome(listener);
        }
        for (int i = 0; i < dirty_count; i++) {
            to_all(dirty[i], dirty[i]->waiting.data, dirty[i]->waiting.size);
            dirty[i]->waiting.size = 0;
            dirty[i]->dirty = 0;
        }
        dirty_count = 0;
    }
}
