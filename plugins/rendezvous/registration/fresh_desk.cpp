// SPDX-License-Identifier: Apache-2.0
// Ids on trial and storage: a note for each, under the instance's name. Any thread.
#include "registration/fresh_desk.hpp"

#include <charconv>

namespace junctor::rendezvous {

namespace {

constexpr std::string_view kNote = "fresh/";  // before the id, in a key; the value is when it came
constexpr uint64_t kPage = 1000;
constexpr size_t kAtOnce = 500;
constexpr Duration kTidy = std::chrono::seconds{10};
constexpr Duration kLoadAgain = std::chrono::seconds{5};
constexpr int64_t kBack = 86'400;  // who is seen so long after he came has come back

std::string note_of(std::string_view id) { return std::string{kNote}.append(id); }

int64_t seconds_of(std::string_view text) {
  int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

}  // namespace

FreshDesk::FreshDesk(const Host& host, std::string space, const Storage& storage, const Presence& presence,
                     PeersAdmin& admin)
    : host_{host},
      space_{std::move(space)},
      storage_{storage},
      presence_{presence},
      admin_{admin},
      removed_{host.counter("unproven_removed", nullptr, "new ids that never proved themselves, removed again")} {}

void FreshDesk::configure(size_t capacity, Duration keep) {
  keep_s_ = std::chrono::duration_cast<std::chrono::seconds>(keep).count();
  ids_.configure(capacity, keep_s_);
}

void FreshDesk::start() {
  load(std::string{kNote});
  ticker_ = host_.every(kTidy, [this] { tidy(); });
}

/// What comes meanwhile is noted at once: nothing is lost by reading late.
void FreshDesk::load(const std::string& after) {
  struct Page {
    std::string last;
    uint64_t rows = 0;
  };
  const auto page = std::make_shared<Page>();
  storage_.value_scan(
      space_, after, kPage,
      [this, page](std::string_view key, std::string_view value) {
        page->last = key;
        ++page->rows;
        if (key.substr(0, kNote.size()) == kNote) ids_.add(key.substr(kNote.size()), seconds_of(value));
      },
      [this, page, after](jct_status status) {
        if (status != JCT_OK) {
          again_ = host_.after(kLoadAgain, [this, after] { load(after); });
        } else if (page->rows == kPage) {
          load(page->last);
        }
      });
}

bool FreshDesk::has_room() {
  std::optional<std::string> evicted;
  const auto is_here = [this](std::string_view id) {
    const auto seen = presence_.find(id);
    return seen && seen->online(host_.now(), std::chrono::minutes{1});
  };
  if (!ids_.make_room(now(), is_here, &evicted)) return false;
  if (evicted) remove(*evicted);
  return true;
}

void FreshDesk::registered(std::string_view id, bool is_new, bool receives) {
  if (receives) return settle(std::string{id});
  if (!is_new || keep_s_ <= 0) return;
  ids_.add(id, now());
  storage_.value_put(space_, note_of(id), std::to_string(now()), [](jct_status, jct_bytes) {});
}

void FreshDesk::settle(const std::string& id) {
  if (ids_.settle(id)) storage_.value_remove(space_, note_of(id), [](jct_status, jct_bytes) {});
}

bool FreshDesk::came_back(const std::string& id, const Sighting& seen) const {
  const Duration ago = host_.now() - seen.seen;
  return std::chrono::duration_cast<std::chrono::seconds>(ago).count() < keep_s_ - kBack && ids_.has(id);
}

void FreshDesk::tidy() {
  size_t removed = 0;
  for (const std::string& id : ids_.expired(now(), kAtOnce)) {
    const auto seen = presence_.find(id);
    const bool back = seen && came_back(id, *seen);
    settle(id);
    if (back) continue;
    remove(id);
    ++removed;
  }
  if (removed == 0) return;
  host_.event(JCT_LOG_INFO, "rendezvous.unproven_removed",
              {{"count", removed}, {"hint", "new ids whose address never proved itself, and that did not come back"}});
}

void FreshDesk::remove(const std::string& id) {
  removed_.add();
  storage_.value_remove(space_, note_of(id), [](jct_status, jct_bytes) {});
  admin_.remove_quietly(id);
}

}  // namespace junctor::rendezvous
