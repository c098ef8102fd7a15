// SPDX-License-Identifier: Apache-2.0
// A device that takes another id. On the loop of the connection that it asked by.
#include "registration/id_change.hpp"

#include "registration/id_rules.hpp"
#include "wire/abi.hpp"

namespace junctor::rendezvous {

namespace {

using Response = hbb::RegisterPkResponse;

/// In the words that a change of id has for it (protocol.md 6.1); the reasons are those of auth/1.
Response::Result result_of(std::string_view reason) {
  if (reason == "uuid_mismatch") return Response::UUID_MISMATCH;
  if (reason == "id_reserved") return Response::ID_EXISTS;
  const bool unjudged = reason == "auth_timeout" || reason == "auth_unavailable";
  return unjudged ? Response::SERVER_ERROR : Response::NOT_SUPPORT;
}

}  // namespace

void IdChange::change(const jct_channel& from, const hbb::RegisterPk& request, bool allowed) {
  const auto wish = std::make_shared<const Wish>(Wish{request.old_id(), request.id(), request.uuid(), from});
  if (!allowed || from.transport == JCT_CHANNEL_UDP)
    return refuse(*wish, Refusal::kNotSupported, Response::NOT_SUPPORT);
  if (!is_valid_id(wish->id)) return refuse(*wish, Refusal::kBadId, Response::INVALID_ID_FORMAT);
  if (wish->uuid.empty() || !is_valid_id(wish->old_id)) {
    return refuse(*wish, Refusal::kIncomplete, Response::UUID_MISMATCH);
  }
  const auto verdict = limits_.attempt(wire::from_abi(from.peer), wish->old_id, ports_.now());
  if (verdict != RegistrationLimits::Verdict::kYes) {
    const bool by_id = verdict == RegistrationLimits::Verdict::kId;
    return refuse(*wish, by_id ? Refusal::kTooFrequent : Refusal::kAddressLimit, Response::TOO_FREQUENT);
  }
  under_way_.fetch_add(1, std::memory_order_relaxed);
  const std::shared_ptr<void> counted{nullptr, [this](void*) { under_way_.fetch_sub(1, std::memory_order_relaxed); }};
  ports_.admit_change(*wish, [this, wish, counted](std::string_view reason) {
    if (!reason.empty()) return refuse(*wish, Refusal::kDenied, result_of(reason), reason);
    rename(wish, counted);
  });
}

/// `counted` goes when it has been answered.
void IdChange::rename(const std::shared_ptr<const Wish>& wish, const std::shared_ptr<void>& counted) {
  ports_.rename(*wish, [this, wish, counted](jct_status status) {
    switch (status) {
      case JCT_OK:
        presence_.erase(wish->old_id);
        return ports_.answer_pk(wish->from, Response::OK);
      case JCT_E_EXISTS:
        return refuse(*wish, Refusal::kIdTaken, Response::ID_EXISTS);
      case JCT_E_NOT_FOUND:
      case JCT_E_MISMATCH:
        return refuse(*wish, Refusal::kUuidMismatch, Response::UUID_MISMATCH);
      default:
        return refuse(*wish, Refusal::kStorage, Response::SERVER_ERROR);
    }
  });
}

void IdChange::refuse(const Wish& wish, Refusal why, Response::Result result, std::string_view rule) {
  ports_.answer_pk(wish.from, result);
  ports_.refused(why, wish.old_id, wish.from, rule);
}

}  // namespace junctor::rendezvous
