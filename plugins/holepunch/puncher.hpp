// SPDX-License-Identifier: Apache-2.0
// Connecting A and B: protocol.md 6.4 and the signalling part of 6.5. One object for all loops; any thread, a request
// on the loop of its channel.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "answer.hpp"
#include "grants.hpp"
#include "junctor/service/auth.h"
#include "junctor/service/peers.h"
#include "learned.hpp"
#include "limits.hpp"
#include "pending.hpp"
#include "push.hpp"
#include "reason.hpp"
#include "relay_choice.hpp"
#include "signed_ids.hpp"
#include "wire/abi.hpp"
#include "wire/kinds.hpp"

namespace junctor::holepunch {

/// What auth/1 says (service/auth.h).
struct Decision {
  bool allowed = true;
  std::string reason;  // a stable word
  std::string text;    // for the user
  bool as_unknown = false;
  std::string user;  // who has logged in; empty: nobody
  uint64_t control_permissions = 0;
  std::string conn_audit_ref;
  uint32_t feedback = 0;
};

/// Counted beside the refusals.
enum class Note {
  kWithoutRelay,  // a punch was pushed while no relay took sessions
  kLearned,       // punching fails between two addresses
  kNotLearned,    // the same, but max_learned is reached
};

/// What came of a request that was pushed to B.
enum class Outcome : size_t { kHole, kLocal, kRelay, kRefused, kFailed, kNoAnswer };
inline constexpr std::array<const char*, 6> kOutcomeWords = {"hole",    "local",  "relay",
                                                             "refused", "failed", "no_answer"};
/// By Asked::For: what A asked for.
inline constexpr std::array<const char*, 3> kWayWords = {"tcp", "udp", "relay"};

/// What punching needs of the rest of the server. Completions come exactly once, inline or later.
class PuncherPorts {
 public:
  using Decided = std::function<void(const Decision&)>;
  using Found = std::function<void(jct_status, const jct_peer*)>;

  virtual ~PuncherPorts() = default;
  virtual Duration now() const = 0;
  /// The low 32 bits of the wall clock in microseconds: salts addresses (protocol.md 4).
  virtual uint32_t salt() const = 0;
  virtual void check(const jct_auth_request& request, Decided done) = 0;
  /// want: JCT_PEER_WANT_*
  virtual void look_up(std::string_view id, uint32_t want, Found done) = 0;
  /// The licence_key of this site, as clients have it; "" where it has none.
  virtual std::string licence_key() const = 0;
  /// crypto_sign over the message; "" where the site cannot sign.
  virtual std::string sign(std::string_view message) = 0;
  /// Does the site sign at all?
  virtual bool can_sign() const = 0;
  virtual jct_status send(const jct_channel& to, uint32_t kind, const google::protobuf::MessageLite& message) = 0;
  virtual void refused(Reason why, const jct_channel& from, std::string_view id, std::string_view detail,
                       std::string_view user) = 0;
  /// A request waits for its answer: tick() is needed until none does.
  virtual void waits() = 0;
  /// One source sends answers on and on that nobody waits for.
  virtual void answers_cut_off(const jct_channel& from) = 0;
  /// It is over with this request.
  virtual void ended(const Asked& asked, Outcome outcome) = 0;
  /// Something worth counting that is no refusal.
  virtual void noted(Note note) = 0;
  /// A session of this uuid for B's id has been allowed at this place; neither side has been told yet.
  virtual void allowed_session(const Meeting& meeting, std::string_view uuid, std::string_view id) = 0;
};

/// What a reload may change, as one value.
struct Policy {
  PushPolicy push;
  RelayChoice relay{{}, {}, 21117};
  bool refuse_unasked_relay = false;
};

class Puncher {
 public:
  static constexpr Duration kGrantLife = std::chrono::minutes{2};

  struct Bounds {
    Pending::Limits pending;
    size_t max_grants = 0;
    size_t max_signed = 0;
    Limits::Rates rates;
    Learned::Limits learned;
  };
  /// `secret`: random bytes for the tables that the network fills.
  Puncher(PuncherPorts& ports, const Bounds& bounds, const Limits::Secret& secret);

  void configure(const Bounds& bounds);
  void set_policy(Policy policy);

  /// [loop] One message; `from` is the channel that it came on. Negative: it is not a message of its kind.
  jct_status punch_hole_request(const jct_channel& from, std::string_view inner);
  jct_status request_relay(const jct_channel& from, std::string_view inner);
  /// PunchHoleSent, LocalAddr and RelayResponse alike. Negative also: this source has sent too many in vain.
  template <class Message>
  jct_status answered(const jct_channel& from, std::string_view inner) {
    Message message;
    if (!wire::parse_inner(inner, message)) return malformed(from);
    return take(Answer::of(message, from));
  }

  /// Hands on what has waited for long enough, drops what has expired.
  void tick();
  size_t pending() const { return pending_.size(); }
  size_t granted(Duration now) { return grants_.size(now); }
  Learned& learned() { return learned_; }

 private:
  /// B, as it was looked up.
  struct Target {
    jct_status status = JCT_OK;
    uint32_t state = JCT_PEER_UNKNOWN;
    jct_channel channel{};
    jct_channel also{};
  };
  struct PunchCall {
    jct_channel from{};
    hbb::PunchHoleRequest request;
    Target b;
  };
  struct RelayCall {
    jct_channel from{};
    hbb::RequestRelay request;
    Target b;
    bool unasked = false;  // no punch was accepted before it
  };
  using PunchCallPtr = std::shared_ptr<PunchCall>;
  using RelayCallPtr = std::shared_ptr<RelayCall>;
  /// Why A is refused: for the log, and for the user in words.
  struct No {
    Reason why;
    std::string text;
    std::string detail;
    std::string user = {};
    bool as_unknown = false;
  };
  static No denied(const Decision& decision);
  static std::optional<No> unreachable(const Target& target);
  /// Fills the call's target, then goes on with it.
  template <class CallPtr, class Then>
  void look_up(const CallPtr& call, Then then);
  void refused(Reason why, const jct_channel& from, std::string_view id, std::string_view detail = {}) {
    ports_.refused(why, from, id, detail, {});
  }

  jct_status malformed(const jct_channel& from);
  std::shared_ptr<const Policy> policy() const;
  size_t turn() { return turn_.fetch_add(1, std::memory_order_relaxed); }

  void start_punch(const PunchCallPtr& call);
  void may_punch(const PunchCallPtr& call);
  void reach(const PunchCallPtr& call);
  void push_punch(const PunchCall& call, const Decision& granted);
  Push push_for(const PunchCall& call, const wire::Address& a, const wire::Address& b, const Policy& rules);
  jct_status send_punch(const PunchCall& call, const Push& push, const Asked& asked, const Decision& granted);
  template <class Message>
  jct_status push_to(const Target& b, const Message& message);
  void refuse(const PunchCall& call, const No& no);

  void start_relay(const RelayCallPtr& call);
  void may_relay(const RelayCallPtr& call);
  void reach(const RelayCallPtr& call);
  void push_relay(const RelayCall& call, const Decision& granted);
  Meeting meeting_for(const RelayCall& call, const Route& a, const Route& b, const Policy& rules);
  void refuse(const RelayCall& call, const No& no);

  jct_status take(Answer&& answer);
  jct_status lost(Reason why, const Answer& answer);
  void pass(const Asked& asked, const std::shared_ptr<const Answer>& answer);
  void tell(const Asked& asked, const Answer& answer, std::string signed_id);
  void tell_punched(const Asked& asked, const Answer& answer, std::string signed_id);
  void tell_relayed(const Asked& asked, const Answer& answer, std::string signed_id);
  void tell_failure(const Asked& asked, const Answer& answer, const No& no);

  template <class Message>
  jct_status send(const jct_channel& to, const Message& message) {
    return ports_.send(to, wire::kKindOf<Message>, message);
  }

  PuncherPorts& ports_;
  Pending pending_;
  Grants grants_;
  Limits limits_;
  Learned learned_;
  SignedIds signed_ids_;
  std::atomic<size_t> turn_{0};
  mutable std::mutex policy_mutex_;
  std::shared_ptr<const Policy> policy_ = std::make_shared<const Policy>();
};

}  // namespace junctor::holepunch
