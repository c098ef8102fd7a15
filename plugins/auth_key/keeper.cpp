// SPDX-License-Identifier: Apache-2.0
// Pairs to and from storage/1. Any thread.
#include "auth_key/keeper.hpp"

#include <memory>
#include <utility>

namespace junctor::auth {
namespace {

constexpr uint64_t kPage = 1000;  // pairs a scan

}  // namespace

Keeper::Keeper(const Host& host, std::string space) : space_{std::move(space)} {
  if (host.find(JCT_STORAGE_SERVICE)) storage_.emplace(host);
}

void Keeper::load_after(const std::string& after, std::function<void(const Change&)> row, Kept done) const {
  if (!storage_) return done(JCT_OK);
  struct Page {
    std::string last;
    uint64_t rows = 0;
  };
  const auto page = std::make_shared<Page>();
  storage_->value_scan(
      space_, after, kPage,
      [page, row](std::string_view key, std::string_view value) {
        page->last = key;
        ++page->rows;
        row({page->last, std::string{value}});
      },
      [this, page, row, done](jct_status status) {
        if (status != JCT_OK || page->rows < kPage) return done(status);
        load_after(page->last, row, done);
      });
}

void Keeper::keep(const Change& change, Kept done) const {
  if (!storage_) return done(JCT_OK);
  auto answered = [done = std::move(done)](jct_status status, jct_bytes) { done(status); };
  if (change.value) {
    storage_->value_put(space_, change.key, *change.value, std::move(answered));
  } else {
    storage_->value_remove(space_, change.key, std::move(answered));
  }
}

Record Keeper::judge(jct_status status, const jct_peer_record* record, std::string_view uuid) {
  if (status == JCT_E_NOT_FOUND) return Record::kNone;
  if (status != JCT_OK || record == nullptr) return Record::kUnknown;
  return view(record->uuid) == uuid ? Record::kSame : Record::kOther;
}

}  // namespace junctor::auth
