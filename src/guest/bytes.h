/* Little-endian fields, and a reader that never runs past the end of untrusted bytes. */
#ifndef THAW_BYTES_H
#define THAW_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }
static inline uint32_t get32(const uint8_t *p) { return (uint32_t)get16(p) | (uint32_t)get16(p + 2) << 16; }
static inline uint64_t get64(const uint8_t *p) { return (uint64_t)get32(p) | (uint64_t)get32(p + 4) << 32; }

static inline void put16(uint8_t *p, uint16_t v) {
  p[0] = (uint8_t)v;
  p[1] = (uint8_t)(v >> 8);
}
static inline void put32(uint8_t *p, uint32_t v) {
  put16(p, (uint16_t)v);
  put16(p + 2, (uint16_t)(v >> 16));
}
static inline void put64(uint8_t *p, uint64_t v) {
  put32(p, (uint32_t)v);
  put32(p + 4, (uint32_t)(v >> 32));
}

/* `bad` sticks once anything did not fit: a parser takes all its fields and checks it once at the end. */
struct reader {
  const uint8_t *next;
  size_t left;
  bool bad;
};

static inline const uint8_t *take(struct reader *r, size_t count) {
  if (r->bad || count > r->left) {
    r->bad = true;
    return NULL;
  }
  const uint8_t *at = r->next;
  r->next += count;
  r->left -= count;
  return at;
}
static inline uint8_t take8(struct reader *r) {
  const uint8_t *p = take(r, 1);
  return p ? *p : 0;
}
static inline uint16_t take16(struct reader *r) {
  const uint8_t *p = take(r, 2);
  return p ? get16(p) : 0;
}
static inline uint32_t take32(struct reader *r) {
  const uint8_t *p = take(r, 4);
  return p ? get32(p) : 0;
}
static inline uint64_t take64(struct reader *r) {
  const uint8_t *p = take(r, 8);
  return p ? get64(p) : 0;
}

/* A length, that many bytes without NUL, and a NUL: usable in place. Empty when malformed. */
static inline const char *take_string(struct reader *r) {
  uint32_t length = take32(r);
  if (r->bad || length >= r->left) {
    r->bad = true;
    return "";
  }
  const char *text = (const char *)take(r, (size_t)length + 1);
  if (text[length] != '\0' || memchr(text, '\0', length) != NULL) {
    r->bad = true;
    return "";
  }
  return text;
}

#endif
