// SPDX-License-Identifier: Apache-2.0
// The PROXY header's parser: a verdict given on the first bytes stands whatever follows, and no header is longer than
// its bound.
#include <cstdint>
#include <cstdlib>

#include "net/proxy_header.hpp"

namespace {

using junctor::net::ProxyHeader;
using Verdict = junctor::net::ProxyHeader::Verdict;

void check_bounds(const ProxyHeader& header, size_t given) {
  if (header.verdict == Verdict::kMore && given >= junctor::net::kProxyV2Most) abort();
  if (header.verdict != Verdict::kGood) return;
  if (header.size == 0 || header.size > given || header.size > junctor::net::kProxyV2Most) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span all{reinterpret_cast<const std::byte*>(data), size};
  const ProxyHeader whole = junctor::net::parse_proxy_header(all);
  check_bounds(whole, size);
  for (size_t given = 0; given < size && given <= junctor::net::kProxyV2Most; ++given) {
    const ProxyHeader part = junctor::net::parse_proxy_header(all.first(given));
    check_bounds(part, given);
    if (part.verdict == Verdict::kMore) continue;
    if (part.verdict != whole.verdict || part.size != whole.size || !(part.client == whole.client)) abort();
    return 0;
  }
  return 0;
}
