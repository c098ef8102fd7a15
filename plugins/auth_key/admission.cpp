// SPDX-License-Identifier: Apache-2.0
// Admission, step by step. One thread at a time.
#include "auth_key/admission.hpp"

#include <utility>

namespace junctor::auth {

Admission::First Admission::first(const Device& device) {
  const auto found = rulings_.find(device.id);
  if (found == rulings_.end() || !found->second.approved) return {};
  Ruling& ruling = found->second;
  if (!ruling.claim.empty() && ruling.claim != device.claim) return {};
  used_.insert(device.id);
  if (!ruling.claim.empty()) return {true, std::nullopt};
  ruling.claim = device.claim;
  waiting_.forget(device.id);
  return {true, ruling};
}

Admission::Second Admission::second(const Device& device, Record record, Mode mode, Duration now) {
  switch (record) {
    case Record::kSame:
      return {kAllowed, std::nullopt};
    case Record::kOther:
      return {kUuidMismatch, std::nullopt};
    case Record::kUnknown:
      return {kUnavailable, std::nullopt};
    case Record::kNone:
      break;
  }
  if (mode == Mode::kOpen) return {kAllowed, std::nullopt};  // since it asked
  const Ruling* said = ruling(device.id);
  if (said != nullptr && !said->approved && (said->claim.empty() || said->claim == device.claim)) {
    return {kRejected, std::nullopt};
  }
  if (mode == Mode::kClosed || (said != nullptr && said->approved)) return {kNotAdmitted, std::nullopt};
  return {kNotAdmitted, waiting_.note(device, now)};
}

Decision Admission::rename_to(std::string_view id) const {
  const Ruling* said = ruling(id);
  if (said == nullptr) return kAllowed;
  if (said->approved) return kIdReserved;
  return said->claim.empty() ? kRejected : kAllowed;
}

void Admission::rule(const std::string& id, Ruling ruling) {
  waiting_.forget(id);
  used_.erase(id);
  // After a restart it is not known whether its device has come meanwhile.
  if (ruling.approved && !ruling.claim.empty()) used_.insert(id);
  rulings_.insert_or_assign(id, std::move(ruling));
}

void Admission::forget(std::string_view id) {
  if (const auto found = rulings_.find(id); found != rulings_.end()) rulings_.erase(found);
  if (const auto found = used_.find(id); found != used_.end()) used_.erase(found);
}

const Ruling* Admission::ruling(std::string_view id) const {
  const auto found = rulings_.find(id);
  return found == rulings_.end() ? nullptr : &found->second;
}

std::vector<std::string> Admission::take_used() {
  const auto taken = std::exchange(used_, {});
  return {taken.begin(), taken.end()};
}

}  // namespace junctor::auth
