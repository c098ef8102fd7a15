// SPDX-License-Identifier: Apache-2.0
// storage/1 as admission uses it: its own pairs, and what is on record for an id. Without a storage nothing is on
// record and pairs last until the server ends. [any]; answers come on the asking loop.
#pragma once

#include <junctor/services.hpp>

#include <functional>
#include <optional>
#include <string>

#include "auth_key/state.hpp"

namespace junctor::auth {

class Keeper {
 public:
  using Kept = std::function<void(jct_status)>;

  /// `space`: the instance's name.
  Keeper(const Host& host, std::string space);

  bool has_storage() const { return storage_.has_value(); }
  /// Every pair goes to `row`, then done(status); inline where there is no storage.
  void load(std::function<void(const Change&)> row, Kept done) const {
    load_after({}, std::move(row), std::move(done));
  }
  /// done(JCT_OK) when it is durable; inline where there is no storage.
  void keep(const Change& change, Kept done) const;
  /// Is this id on record, and with this uuid? Only with a storage.
  template <class Fn>
  void look_up(std::string_view id, std::string uuid, Fn&& fn) const {
    storage_->get(id,
                  [uuid = std::move(uuid), fn = std::forward<Fn>(fn)](
                      jct_status status, const jct_peer_record* record) mutable { fn(judge(status, record, uuid)); });
  }

 private:
  static Record judge(jct_status status, const jct_peer_record* record, std::string_view uuid);
  void load_after(const std::string& after, std::function<void(const Change&)> row, Kept done) const;

  std::optional<Storage> storage_;
  std::string space_;
};

}  // namespace junctor::auth
