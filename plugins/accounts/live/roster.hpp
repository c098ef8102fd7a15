// SPDX-License-Identifier: Apache-2.0
// The model in memory: who may reach what is answered from here, without I/O. Written after the database has it. Any
// thread; one lock, which is held for a few look-ups, or for some thousand cards of a list.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounts/live/cards.hpp"
#include "accounts/live/id_index.hpp"
#include "accounts/model/control_roles.hpp"

namespace junctor::accounts {

/// The settings that decisions need; replaced as a whole.
struct RosterSettings {
  AccessPolicy access;
  std::vector<std::string> listed;  ///< names of users and groups, for initiate = listed
  std::vector<wire::Network> initiate_networks;
  DeliveryPolicy delivery;
  bool cut_running = false;  ///< what is no more allowed ends, and not with the next request alone
};

/// All that is read as a whole: everything but devices and sessions.
struct RosterModel {
  std::unordered_map<Ref, UserCard> users;
  std::unordered_map<Ref, UserGroupCard> user_groups;
  std::unordered_map<Ref, DeviceGroupCard> device_groups;
  Edges edges;
  std::unordered_map<Ref, ControlRole> roles;
  Ref default_role = kNoRef, not_logged_role = kNoRef;
  std::unordered_map<Ref, Strategy> strategies;
  Ref default_strategy = kNoRef;
  std::unordered_map<Ref, BookCard> books;
};

class Roster {
 public:
  // ---- writing ----
  /// In one step; devices and sessions stay.
  void replace(RosterModel model);
  void configure(RosterSettings settings);
  void put_user(Ref ref, UserCard card);
  void remove_user(Ref ref);  ///< and his sessions and edges; his devices' owner is put anew by who deletes him
  void put_user_group(Ref ref, UserGroupCard card);
  void remove_user_group(Ref ref);
  void put_device_group(Ref ref, DeviceGroupCard card);
  void remove_device_group(Ref ref);
  /// By its id; what was sent to it stays where `card` brings nothing.
  void put_device(DeviceCard card);
  /// Of a page that was read at the start: what was written meanwhile is newer.
  void put_new_device(DeviceCard card);
  void remove_device(std::string_view id);
  /// False where there is no such device or the new id is taken.
  bool rename_device(std::string_view old_id, std::string_view new_id);
  /// Changes the device's card in place; false where there is none. Its id must stay.
  bool change_device(std::string_view id, const std::function<void(DeviceCard&)>& change);
  void put_edge(const Edge& edge, Validity validity);
  void remove_edge(const Edge& edge);
  void put_control_role(Ref ref, ControlRole role);
  void remove_control_role(Ref ref);
  void set_default_roles(Ref fallback, Ref not_logged);
  void put_strategy(Strategy strategy);
  void remove_strategy(Ref ref);
  void set_default_strategy(Ref ref);
  void put_session(const TokenHash& token, SessionCard card);
  void remove_session(const TokenHash& token);
  /// It was used: it ends later for being idle.
  void use_session(const TokenHash& token, int64_t idle_until);
  void remove_sessions_of(Ref user);
  /// Only books with grants_access; one without ids and rules gives nothing.
  void put_book(Ref ref, BookCard card);
  void remove_book(Ref ref);
  /// Everything but settings.
  void clear();

  // ---- asking ----
  struct Question {
    std::string_view id;
    std::string_view token;              ///< as it came; empty: none
    const TokenHash* session = nullptr;  ///< of a token that came before, in its place
    bool id_known = true;                ///< as signalling says
    bool switch_granted = false;
    wire::Address from;
    int64_t now = 0;
  };
  struct Answer {
    Access access;
    Ref user = kNoRef;
    std::string user_name;
    std::optional<uint64_t> control_permissions;
  };
  Answer decide(const Question& question) const;

  /// Of a known user, from nowhere: for the access tester and previews.
  Answer decide_for(Ref user, std::string_view id, int64_t now) const;
  /// Rows 4 and 8 for one device: does a list of this user show it?
  bool is_visible(Ref user, std::string_view id, int64_t now) const;
  /// Ids that are listed for the user, in the order of the ids (accounts.md 3.4).
  std::vector<std::string> visible_devices(Ref user, int64_t now) const;

  /// Of these devices: their groups' names, sorted, and their owners that are enabled.
  std::vector<std::string> device_group_names(const std::vector<std::string>& ids) const;
  std::set<Ref> owners(const std::vector<std::string>& ids) const;

  std::optional<SessionCard> session(const TokenHash& token) const;
  std::optional<UserCard> user(Ref ref) const;
  struct DeviceView {
    Ref ref = kNoRef;
    Ref owner = kNoRef;
    UuidMark uuid{};
    DeviceState state = DeviceState::kActive;
    AssignedBy owner_by = AssignedBy::kNobody;
    bool orphan = false;
    bool has_sysinfo = false;
    uint32_t pk = 0;
    uint32_t last_heartbeat = 0;
  };
  std::optional<DeviceView> device(std::string_view id) const;
  /// Is a device with this uuid banned, under whatever id?
  bool is_banned(const UuidMark& uuid) const;
  std::shared_ptr<const RosterSettings> settings() const;
  struct Beat {
    bool known = false;  ///< the id is there and the uuid is its own; else nothing was noted
    bool wants_sysinfo = false;
    std::optional<Delivery> delivery;
  };
  /// A device's heartbeat: noted, and what is due on it (strategies.hpp). `stamp`: as the device says.
  Beat beat(std::string_view id, const UuidMark& uuid, int64_t stamp, int64_t now_ms);
  struct Noted {
    std::vector<std::pair<Ref, uint32_t>> beats;
    std::vector<std::pair<Ref, SentStrategy>> sent;
  };
  /// What heartbeats have changed and is to be stored; at most `most` devices at once.
  Noted take_noted(size_t most);
  /// Devices without a heartbeat since then, from a place on, `most` places at once; *place is where the next call goes
  /// on, 0 at the end.
  std::vector<std::pair<Ref, std::string>> devices_from(uint32_t* place, size_t most, int64_t since) const;
  std::optional<SentStrategy> sent_strategy(std::string_view id) const;
  size_t devices() const;
  /// Of devices and what finds them, without their strategies' contents.
  size_t device_bytes() const;

 private:
  using Lock = std::unique_lock<std::shared_mutex>;
  using Look = std::shared_lock<std::shared_mutex>;

  void add_device(DeviceCard card);
  const DeviceCard* find(std::string_view id) const;
  DeviceCard* find(std::string_view id) { return const_cast<DeviceCard*>(std::as_const(*this).find(id)); }
  Target target_of(const DeviceCard& card, std::vector<Ref>& groups) const;
  Target target_of(std::string_view id, bool known, std::vector<Ref>& groups) const;
  Controller controller_of(const Question& question, Ref* user) const;
  Controller controller_for(Ref user) const;
  bool network_allows(const UserCard* user, const wire::Address& from) const;
  bool is_listed(const UserCard& user) const;
  bool by_book(Ref user, const UserCard& card, std::string_view id) const;
  Answer answer_of(const Controller& controller, const Question& question) const;
  std::optional<uint64_t> permissions_of(const Controller& controller) const;
  const Strategy* strategy_of(Ref ref) const;
  const Strategy* effective_of(const DeviceCard& card) const;
  void drop_book(Ref ref);
  void index_books();
  void count_ban(const DeviceCard& card, int by);
  auto id_at() const {
    return [this](uint32_t place) -> std::string_view { return cards_[place].id; };
  }

  mutable std::shared_mutex mutex_;
  std::shared_ptr<const RosterSettings> settings_ = std::make_shared<const RosterSettings>();
  RosterModel model_;
  std::deque<DeviceCard> cards_;  // a free one has no id
  std::vector<uint32_t> free_;
  IdIndex index_;
  std::map<UuidMark, int> banned_;
  std::deque<uint32_t> noted_;  // places, each once
  struct HashOfHash {
    size_t operator()(const TokenHash& hash) const {
      size_t out = 0;
      __builtin_memcpy(&out, hash.data(), sizeof out);
      return out;
    }
  };
  std::unordered_map<TokenHash, SessionCard, HashOfHash> sessions_;
  std::unordered_map<std::string, std::vector<Ref>> books_by_id_;
};

}  // namespace junctor::accounts
