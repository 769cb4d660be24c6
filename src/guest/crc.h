/* CRC-32 as zlib computes it. */
#ifndef THAW_CRC_H
#define THAW_CRC_H

#include <stddef.h>
#include <stdint.h>

void crc_prepare(void);
uint32_t crc_update(uint32_t crc, const uint8_t *bytes, size_t count);

#endif
