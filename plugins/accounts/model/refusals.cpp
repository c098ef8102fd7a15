// SPDX-License-Identifier: Apache-2.0
// The words and sentences of refusals. Any thread.
#include "accounts/model/refusals.hpp"

namespace junctor::accounts {
namespace {

struct Said {
  std::string_view word;
  std::string_view sentence;
};

// "not allowed" and "not exist" end the client's reconnecting.
constexpr std::array<Said, static_cast<size_t>(Refusal::kCount)> kSaid = {{
    {"", ""},
    {"id_not_exist", "ID does not exist"},
    {"session_expired", "Connection not allowed: your log-in has ended, please log in again"},
    {"device_pending", "Connection not allowed: this device waits for the approval of an administrator"},
    {"device_disabled", "Connection not allowed: this device is disabled"},
    {"owner_disabled", "Connection not allowed: the account that this device belongs to is disabled"},
    {"initiator_device", "Connection not allowed: the device that you logged in on may not start connections"},
    {"login_required", "Connection not allowed: please log in"},
    {"not_initiator", "Connection not allowed: your account may not start connections"},
    {"network", "Connection not allowed: not from this network"},
    {"no_access", "Connection not allowed: you have no access to this device, ask your administrator"},
    {"outside_hours", "Connection not allowed: your access to this device has set hours, and this is outside them"},
}};

const Said& said(Refusal refusal) { return kSaid[static_cast<size_t>(refusal)]; }

}  // namespace

std::string_view word(Refusal refusal) { return said(refusal).word; }

std::string_view sentence(Refusal refusal, bool logged_in) {
  if (refusal == Refusal::kNoAccess && !logged_in) return said(Refusal::kLoginRequired).sentence;
  return said(refusal).sentence;
}

}  // namespace junctor::accounts
