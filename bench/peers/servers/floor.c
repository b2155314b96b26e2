// Peer: the least that a server can do on this machine. It accepts subscribers that speak HTTP/2, notes their streams,
// and puts what a publisher sends (length, bytes) into one DATA frame for each stream, with blocking send() calls.
// No topics, no flow control, no header decoding. Prints "port N" when it listens.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  CONNECTIONS_MAX = 70000,
  EVENTS_MAX = 256,
  INPUT_BYTES = 256 * 1024,
  FRAME_HEADER_BYTES = 9,
  PREFACE_BYTES = 24,
  FRAME_HEADERS = 1
};

typedef struct {
  unsigned char *input; // bytes that do not make a whole frame yet
  size_t input_bytes;
  uint32_t *streams;
  int stream_count;
  int subscriber_at; // index in `subscribers`, -1 for none
  enum { UNKNOWN, SUBSCRIBER, PUBLISHER } kind;
} connection;

typedef struct {
  unsigned char *bytes;
  size_t used, size;
} buffer;

static connection connections[CONNECTIONS_MAX];
static int subscribers[CONNECTIONS_MAX];
static int subscriber_count;
static unsigned char input[INPUT_BYTES * 2];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void reserve(buffer *out, size_t more) {
  if (out->used + more <= out->size) return;
  out->size = (out->used + more) * 2;
  out->bytes = realloc(out->bytes, out->size);
  if (out->bytes == NULL) fail("realloc");
}

static uint32_t read_u32(const unsigned char *at) {
  return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static void write_u32(unsigned char *at, uint32_t value) {
  at[0] = value >> 24;
  at[1] = value >> 16;
  at[2] = value >> 8;
  at[3] = value;
}

static void send_all(int fd, const unsigned char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
    if (sent <= 0) return; // a subscriber that is gone is seen at its next read
    bytes += sent;
    length -= sent;
  }
}

static void append_frame(buffer *out, uint32_t stream, const unsigned char *body, uint32_t length) {
  reserve(out, FRAME_HEADER_BYTES + length);
  unsigned char *frame = out->bytes + out->used;
  frame[0] = length >> 16;
  frame[1] = length >> 8;
  frame[2] = length;
  frame[3] = frame[4] = 0;
  write_u32(frame + 5, stream);
  memcpy(frame + FRAME_HEADER_BYTES, body, length);
  out->used += FRAME_HEADER_BYTES + length;
}

// All messages of one read, for one stream after the other.
static void append_batch(buffer *out, uint32_t stream, const unsigned char *batch, size_t length) {
  for (size_t at = 0; at < length;) {
    uint32_t body = read_u32(batch + at);
    append_frame(out, stream, batch + at + 4, body);
    at += 4 + body;
  }
}

static void broadcast(const unsigned char *batch, size_t length) {
  static buffer shared, own;
  shared.used = 0;
  append_batch(&shared, 1, batch, length);
  for (int i = 0; i < subscriber_count; i++) {
    connection *c = &connections[subscribers[i]];
    if (c->stream_count == 1) {
      send_all(subscribers[i], shared.bytes, shared.used);
      continue;
    }
    own.used = 0;
    for (int k = 0; k < c->stream_count; k++) append_batch(&own, c->streams[k], batch, length);
    send_all(subscribers[i], own.bytes, own.used);
  }
}

static size_t take_published(const unsigned char *bytes, size_t length) {
  size_t whole = 0;
  while (length - whole >= 4 && length - whole - 4 >= read_u32(bytes + whole)) whole += 4 + read_u32(bytes + whole);
  if (whole > 0) broadcast(bytes, whole);
  return whole;
}

static void add_stream(int fd, uint32_t stream) {
  static const unsigned char response[] = {0, 0, 1, FRAME_HEADERS, 4, 0, 0, 0, 0, 0x88}; // :status 200
  connection *c = &connections[fd];
  c->streams = realloc(c->streams, sizeof(uint32_t) * (c->stream_count + 1));
  if (c->streams == NULL) fail("realloc");
  c->streams[c->stream_count++] = stream;
  unsigned char frame[sizeof response];
  memcpy(frame, response, sizeof response);
  write_u32(frame + 5, stream);
  send_all(fd, frame, sizeof frame);
}

static size_t take_frames(int fd, const unsigned char *bytes, size_t length) {
  size_t at = 0;
  while (length - at >= FRAME_HEADER_BYTES) {
    size_t payload = (size_t)bytes[at] << 16 | (size_t)bytes[at + 1] << 8 | bytes[at + 2];
    if (length - at - FRAME_HEADER_BYTES < payload) break;
    if (bytes[at + 3] == FRAME_HEADERS) add_stream(fd, read_u32(bytes + at + 5));
    at += FRAME_HEADER_BYTES + payload;
  }
  return at;
}

static size_t take_input(int fd, const unsigned char *bytes, size_t length) {
  static const unsigned char settings[] = {0, 0, 0, 4, 0, 0, 0, 0, 0};
  connection *c = &connections[fd];
  size_t taken = 0;
  if (c->kind == UNKNOWN && bytes[0] != 'P') c->kind = PUBLISHER; // a length below 2^24 begins with a zero
  if (c->kind == PUBLISHER) return take_published(bytes, length);
  if (c->kind == UNKNOWN) {
    if (length < PREFACE_BYTES) return 0;
    c->kind = SUBSCRIBER;
    c->subscriber_at = subscriber_count;
    subscribers[subscriber_count++] = fd;
    send_all(fd, settings, sizeof settings);
    taken = PREFACE_BYTES;
  }
  return taken + take_frames(fd, bytes + taken, length - taken);
}

static void drop(int fd) {
  connection *c = &connections[fd];
  if (c->subscriber_at >= 0) {
    int last = subscribers[--subscriber_count];
    subscribers[c->subscriber_at] = last;
    connections[last].subscriber_at = c->subscriber_at;
  }
  free(c->input);
  free(c->streams);
  close(fd);
}

static void receive(int fd) {
  connection *c = &connections[fd];
  if (c->input_bytes > 0) memcpy(input, c->input, c->input_bytes);
  ssize_t got = read(fd, input + c->input_bytes, INPUT_BYTES);
  if (got <= 0) {
    drop(fd);
    return;
  }
  size_t length = c->input_bytes + got;
  size_t taken = take_input(fd, input, length);
  c->input_bytes = length - taken;
  if (c->input_bytes > INPUT_BYTES) {
    drop(fd);
  } else if (c->input_bytes > 0) {
    c->input = realloc(c->input, c->input_bytes);
    if (c->input == NULL) fail("realloc");
    memcpy(c->input, input + taken, c->input_bytes);
  }
}

static void accept_one(int listener, int poll) {
  int fd = accept(listener, NULL, NULL), yes = 1;
  if (fd < 0) return;
  if (fd >= CONNECTIONS_MAX) {
    close(fd);
    return;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  connections[fd] = (connection){.subscriber_at = -1};
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

int main(void) {
  int listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 4096) != 0) fail("listen");
  getsockname(listener, (struct sockaddr *)&address, &size);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  if (poll < 0 || epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event) != 0) fail("epoll");
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  for (;;) {
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(poll, events, EVENTS_MAX, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.fd == listener) accept_one(listener, poll);
      else receive(events[i].data.fd);
    }
  }
}
