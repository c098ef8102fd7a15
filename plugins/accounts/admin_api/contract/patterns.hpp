// SPDX-License-Identifier: Apache-2.0
// What a text, a guid and a header may look like, and how long lists and cursors are: said to callers in OpenAPI,
// checked by check.cpp. Constant data.
#pragma once

#include <cstdint>

namespace junctor::accounts::admin {

constexpr const char* kTextPattern = "^[^\\u0000]*$";
constexpr const char* kGuidPattern = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$";
constexpr const char* kHeaderPattern = "^[!-~]+$";

constexpr int64_t kPage = 50;
constexpr int64_t kMostPage = 1000;
constexpr int64_t kMostCursor = 2048;
constexpr int64_t kMostHeader = 256;

}  // namespace junctor::accounts::admin
