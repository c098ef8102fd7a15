/* SPDX-License-Identifier: Apache-2.0
 * keys/1: the site's Ed25519 key pair. One provider. The secret never crosses this boundary. */
#ifndef JUNCTOR_SERVICE_KEYS_H
#define JUNCTOR_SERVICE_KEYS_H

#include "../abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define JCT_KEYS_SERVICE "keys/1"
#define JCT_KEYS_PUBLIC_SIZE 32
#define JCT_KEYS_SIGNATURE_SIZE 64

/* All [any], without blocking. */
typedef struct jct_keys_service {
  uint32_t size;
  uint32_t reserved;
  /* The public key's 32 bytes; JCT_E_NOT_FOUND where the site has none. */
  jct_status (*public_key)(void* self, uint8_t out[JCT_KEYS_PUBLIC_SIZE]);
  /* Its base64, as clients enter it. Valid as long as the provider. Empty where the site has none. */
  jct_str (*public_text)(void* self);
  /* 1 when sign works; 0 with a public key only (protocol.md 5). */
  uint32_t (*can_sign)(void* self);
  /* crypto_sign: 64 bytes of signature, then the message. out must hold message.size + 64. JCT_E_UNSUPPORTED without a
   * secret key. About 30 us. */
  jct_status (*sign)(void* self, jct_bytes message, uint8_t* out, uint64_t capacity, uint64_t* written);
} jct_keys_service;

#ifdef __cplusplus
}
#endif
#endif
