// SPDX-License-Identifier: Apache-2.0
// Why accounts refuses a connection: stable words, and the sentences that clients show (http-api.md 7.3). Values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace junctor::accounts {

enum class Refusal : uint8_t {
  kNone,
  kIdNotExist,
  kSessionExpired,
  kDevicePending,
  kDeviceDisabled,
  kOwnerDisabled,
  kInitiatorDevice,
  kLoginRequired,
  kNotInitiator,
  kNetwork,
  kNoAccess,
  kOutsideHours,
  kCount,
};

/// Empty for kNone. The word of kIdNotExist is what signalling answers as ID_NOT_EXIST.
std::string_view word(Refusal refusal);
/// For the client's user; stops its reconnecting. To who is not logged in, `kNoAccess` says to log in.
std::string_view sentence(Refusal refusal, bool logged_in);

}  // namespace junctor::accounts
