// SPDX-License-Identifier: Apache-2.0
// The rows and grounds of accounts.md 3. Any thread.
#include "accounts/model/access.hpp"

#include <algorithm>
#include <array>

namespace junctor::accounts {
namespace {

Refusal token_refusal(const Controller& controller) {
  return controller.token == Controller::Token::kBad ? Refusal::kSessionExpired : Refusal::kNone;
}

/// Row 4. It binds administrators too, but for an owner's state where the policy says so.
Refusal state_refusal(const AccessPolicy& policy, const Controller& controller, const Target& target) {
  if (target.state == DeviceState::kPending) return Refusal::kDevicePending;
  if (target.state == DeviceState::kDisabled) return Refusal::kDeviceDisabled;
  if (target.owner == kNoRef || target.owner_enabled) return Refusal::kNone;
  const bool lifted = policy.owner_disabled_blocks == OwnerDisabledBlocks::kAllButAdmins && controller.logged_in() &&
                      controller.administrator;
  return lifted ? Refusal::kNone : Refusal::kOwnerDisabled;
}

/// Row 5.
Refusal initiator_refusal(const Controller& controller) {
  if (!controller.logged_in()) return Refusal::kNone;
  const bool may = controller.device_state == DeviceState::kActive && !controller.device_incoming_only;
  return may ? Refusal::kNone : Refusal::kInitiatorDevice;
}

/// Row 7, accounts.md 5.
Refusal start_refusal(const AccessPolicy& policy, const Controller& controller) {
  const Initiate initiate = policy.effective_initiate();
  if (!controller.logged_in()) {
    if (initiate != Initiate::kAnyone) return Refusal::kLoginRequired;
  } else if (!controller.may_initiate || (initiate == Initiate::kListed && !controller.listed)) {
    return Refusal::kNotInitiator;
  }
  return controller.network_allowed ? Refusal::kNone : Refusal::kNetwork;
}

/// Looks for an edge from the user or a group of his, and remembers one that only its hours keep shut.
class EdgeSearch {
 public:
  EdgeSearch(const Edges* edges, const Controller& controller, int64_t now)
      : edges_{edges}, controller_{controller}, now_{now} {}

  bool leads_to(Object object) {
    if (!edges_ || object.ref == kNoRef || !controller_.logged_in()) return false;
    if (holds({{SubjectKind::kUser, controller_.user}, object})) return true;
    return std::any_of(controller_.groups.begin(), controller_.groups.end(), [&](Ref group) {
      return holds({{SubjectKind::kUserGroup, group}, object});
    });
  }
  bool outside_hours() const { return outside_hours_; }

 private:
  bool holds(const Edge& edge) {
    const Validity* validity = edges_->find(edge);
    if (!validity) return false;
    const Moment moment = validity->at(now_);
    outside_hours_ |= moment == Moment::kOutsideHours;
    return moment == Moment::kInside;
  }

  const Edges* edges_;
  const Controller& controller_;
  int64_t now_;
  bool outside_hours_ = false;
};

/// 3.1 a.
bool open_to(const AccessPolicy& policy, const Controller& controller, const Target& target, const Edges* edges) {
  if (target.owner != kNoRef || !target.groups.empty()) return false;
  if (edges && edges->shared(target.device)) return false;
  const Unassigned unassigned = target.orphan ? Unassigned::kAdmins : policy.unassigned;
  if (unassigned == Unassigned::kEveryone) return true;
  return controller.logged_in() && (unassigned == Unassigned::kLoggedIn || controller.administrator);
}

/// 3.1 c: P(o) in M(u).
bool same_group(const Controller& controller, const Target& target) {
  if (target.owner == kNoRef || target.owner_group == kNoRef || !target.owner_group_open) return false;
  return std::find(controller.groups.begin(), controller.groups.end(), target.owner_group) != controller.groups.end();
}

/// Row 8.
Access ground_of(const AccessPolicy& policy, const Controller& controller, const Target& target, const Grants& grants,
                 int64_t now) {
  if (open_to(policy, controller, target, grants.edges)) return {Refusal::kNone, Ground::kUnassigned};
  if (!controller.logged_in()) return {Refusal::kNoAccess, Ground::kNothing};
  if (target.owner != kNoRef && target.owner == controller.user) return {Refusal::kNone, Ground::kOwner};
  if (same_group(controller, target)) return {Refusal::kNone, Ground::kSameGroup};

  EdgeSearch search{grants.edges, controller, now};
  const Ref owner_group = target.owner == kNoRef ? kNoRef : target.owner_group;
  if (search.leads_to({ObjectKind::kUserGroup, owner_group})) return {Refusal::kNone, Ground::kEdgeToUserGroup};
  for (const Ref group : target.groups) {
    if (search.leads_to({ObjectKind::kDeviceGroup, group})) return {Refusal::kNone, Ground::kEdgeToDeviceGroup};
  }
  if (search.leads_to({ObjectKind::kDevice, target.device})) return {Refusal::kNone, Ground::kShare};
  if (grants.by_book) return {Refusal::kNone, Ground::kBook};
  if (controller.administrator && policy.admins_reach_all) return {Refusal::kNone, Ground::kAdministrator};
  return {search.outside_hours() ? Refusal::kOutsideHours : Refusal::kNoAccess, Ground::kNothing};
}

Refusal first_of(std::initializer_list<Refusal> refusals) {
  for (const Refusal refusal : refusals) {
    if (refusal != Refusal::kNone) return refusal;
  }
  return Refusal::kNone;
}

}  // namespace

std::string_view word(Ground ground) {
  constexpr std::array<std::string_view, 10> kWords = {
      "",      "unassigned", "owner",         "same_group",  "edge_to_user_group", "edge_to_device_group",
      "share", "book",       "administrator", "switch_sides"};
  return kWords[static_cast<size_t>(ground)];
}

Access decide(const AccessPolicy& policy, const Controller& controller, const Target& target, const Grants& grants,
              bool switch_granted, int64_t now) {
  const bool exists = target.known && target.state != DeviceState::kBanned;
  const Refusal unknown = exists ? Refusal::kNone : Refusal::kIdNotExist;
  const Refusal token = switch_granted ? Refusal::kNone : token_refusal(controller);
  const Refusal state = exists ? state_refusal(policy, controller, target) : Refusal::kNone;
  const Refusal initiator = initiator_refusal(controller);
  const Refusal start = switch_granted ? Refusal::kNone : start_refusal(policy, controller);

  if (policy.hide_devices) {  // what is wrong with the asker first: it tells nothing about the device (accounts.md 22)
    const Refusal own = first_of({token, initiator, start});
    if (own != Refusal::kNone) return {own, Ground::kNothing};
    if (first_of({unknown, state}) != Refusal::kNone) return {Refusal::kIdNotExist, Ground::kNothing};
  } else {
    const Refusal refusal = first_of({unknown, token, state, initiator, start});
    if (refusal != Refusal::kNone) return {refusal, Ground::kNothing};
  }
  if (switch_granted) return {Refusal::kNone, Ground::kSwitchSides};
  const Access access = ground_of(policy, controller, target, grants, now);
  return policy.hide_devices && !access.allowed() ? Access{Refusal::kIdNotExist, Ground::kNothing} : access;
}

Access visible(const AccessPolicy& policy, const Controller& controller, const Target& target, const Grants& grants,
               int64_t now) {
  if (!target.known || target.state == DeviceState::kBanned) return {Refusal::kIdNotExist, Ground::kNothing};
  const Refusal state = state_refusal(policy, controller, target);
  if (state != Refusal::kNone) return {state, Ground::kNothing};
  return ground_of(policy, controller, target, grants, now);
}

}  // namespace junctor::accounts
