// SPDX-License-Identifier: Apache-2.0
#include "ops/log.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>
#include <vector>

#include "ops/quote.hpp"

namespace junctor::ops {
namespace {

/// Between two writes; what a crash may take along.
constexpr std::chrono::milliseconds kRest{5};
/// Of one write, so that a rotated file does not grow much beyond its size.
constexpr size_t kMostWritten = 64 * 1024;

/// How often it is asked whether a summary is due.
constexpr std::chrono::seconds kLook{5};
constexpr size_t kUsualLine = 256;

/// What is written together in one write. False when nobody reads any more: there is no better place to complain.
bool write_stderr(std::string_view lines) {
  while (!lines.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, lines.data(), lines.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    lines.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

/// Words that no stranger chooses; an operator needs all of them.
size_t most_of(std::string_view key) {
  static constexpr std::array<std::string_view, 9> kOwn{"hint", "reason", "detail", "note",     "fault",
                                                        "file", "data",   "events", "listening"};
  return std::find(kOwn.begin(), kOwn.end(), key) == kOwn.end() ? kMostText : kMostOwn;
}

std::string_view cut_mark(std::string_view whole, std::string_view kept) {
  return kept.size() < whole.size() ? std::string_view{"..."} : std::string_view{};
}

LogBudget::Weight weight_of(Level level) {
  if (level == Level::kError) return LogBudget::Weight::kError;
  return level == Level::kWarning ? LogBudget::Weight::kWarning : LogBudget::Weight::kUsual;
}

void put_digits(char* at, unsigned value, int digits) {
  for (; digits-- > 0; value /= 10) at[digits] = static_cast<char>('0' + value % 10);
}

/// "2026-11-23T02:39:20.123Z". By hand: it is half of what a line costs otherwise.
std::array<char, 24> now_text() {
  using namespace std::chrono;
  const auto now = floor<milliseconds>(system_clock::now());
  const auto day = floor<days>(now);
  const year_month_day date{day};
  const hh_mm_ss time{now - day};
  std::array<char, 24> text{"0000-00-00T00:00:00.000"};
  text.back() = 'Z';
  put_digits(&text[0], static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(&text[5], static_cast<unsigned>(date.month()), 2);
  put_digits(&text[8], static_cast<unsigned>(date.day()), 2);
  put_digits(&text[11], static_cast<unsigned>(time.hours().count()), 2);
  put_digits(&text[14], static_cast<unsigned>(time.minutes().count()), 2);
  put_digits(&text[17], static_cast<unsigned>(time.seconds().count()), 2);
  put_digits(&text[20], static_cast<unsigned>(time.subseconds().count()), 3);
  return text;
}

std::string_view view(const std::array<char, 24>& text) { return {text.data(), text.size()}; }

bool plain(std::string_view value) {
  if (value.empty()) return false;
  while (!value.empty()) {
    const auto byte = static_cast<unsigned char>(value[0]);
    const size_t size = byte < 0x80 ? 1 : utf8_size(value);
    if (size == 0 || byte == ' ' || byte == '"' || byte == '=' || byte == '\\' || is_order(value, size)) return false;
    value.remove_prefix(size);
  }
  return true;
}

void add_kv(std::string& line, std::string_view key, std::string_view value) {
  line += ' ';
  line += key;
  line += '=';
  const std::string_view kept = cut(value, most_of(key));
  const std::string_view mark = cut_mark(value, kept);
  if (plain(kept)) {
    line += kept;
    line += mark;
  } else {
    line += quote_json(mark.empty() ? std::string{kept} : std::string{kept}.append(mark));
  }
}

void add_json(std::string& line, std::string_view key, std::string_view value) {
  line += ',';
  line += quote_json(key);
  line += ':';
  const std::string_view kept = cut(value, most_of(key));
  line += quote_json(std::string{kept}.append(cut_mark(value, kept)));
}

}  // namespace

std::optional<Level> parse_level(std::string_view text) {
  for (const Level level : {Level::kError, Level::kWarning, Level::kInfo, Level::kDebug}) {
    if (level_name(level) == text) return level;
  }
  return std::nullopt;
}

std::string_view level_name(Level level) {
  switch (level) {
    case Level::kError:
      return "error";
    case Level::kWarning:
      return "warning";
    case Level::kInfo:
      return "info";
    case Level::kDebug:
      return "debug";
  }
  return "error";
}

std::string format_kv(Level level, std::string_view time, std::string_view plugin, std::string_view event,
                      std::span<const Field> fields) {
  std::string line;
  line.reserve(kUsualLine);
  line += time;
  line += " level=";
  line += level_name(level);
  if (!plugin.empty()) add_kv(line, "plugin", plugin);
  add_kv(line, "event", event);
  for (const Field& field : fields) add_kv(line, field.key, field.value);
  return line;
}

std::string format_json(Level level, std::string_view time, std::string_view plugin, std::string_view event,
                        std::span<const Field> fields) {
  std::string line = R"({"time":")" + std::string{time} + R"(","level":")" + std::string{level_name(level)} + '"';
  if (!plugin.empty()) add_json(line, "plugin", plugin);
  add_json(line, "event", event);
  for (const Field& field : fields) add_json(line, field.key, field.value);
  return line + '}';
}

Log::Log(const LogSettings& settings) : level_{settings.level}, json_{settings.json} {
  if (!settings.file.empty()) file_.emplace(LogFile::Settings{settings.file, settings.rotate_bytes, settings.keep});
  thread_ = std::thread{[this] { serve(); }};
}

Log::~Log() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  ready_.notify_all();
  rest_.notify_all();
  thread_.join();
}

std::string Log::format(Level level, std::string_view plugin, std::string_view event,
                        std::span<const Field> fields) const {
  const auto now = now_text();
  return json_ ? format_json(level, view(now), plugin, event, fields)
               : format_kv(level, view(now), plugin, event, fields);
}

void Log::set_budget(int64_t bytes_an_hour) {
  const std::lock_guard lock{mutex_};
  budget_.set(bytes_an_hour);
}

void Log::write(Level level, std::string_view plugin, std::string_view event, std::span<const Field> fields) {
  if (!enabled(level)) return;
  const bool followed = level <= Level::kInfo && followers_.load(std::memory_order_relaxed) > 0;
  Line line{level, format(level, plugin, event, fields), ""};
  if (followed) {
    const auto now = now_text();
    line.json = json_ ? line.text : format_json(level, view(now), plugin, event, fields);
  }
  {
    const std::lock_guard lock{mutex_};
    if (queue_.size() >= kMaxQueued) {
      ++lost_;
      left_out_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    if (!budget_.take(weight_of(level), line.text.size() + 1, plugin, event, std::chrono::steady_clock::now())) {
      left_out_.fetch_add(1, std::memory_order_relaxed);
      if (budget_.is_due(std::chrono::steady_clock::now())) ready_.notify_one();
      return;
    }
    queue_.push_back(std::move(line));
    if (level <= Level::kWarning || queue_.size() == kMaxQueued / 2) urgent_ = true;
    if (urgent_) rest_.notify_one();
  }
  ready_.notify_one();
}

/// A disk that is full or a file at its bound costs these lines, and is told of when it takes some again.
void Log::emit(const std::string& text, uint64_t lines) {
  const bool written = file_ ? file_->write(text) : write_stderr(text);
  if (written || !file_) return;
  failure_ = errno;
  failed_.fetch_add(lines, std::memory_order_relaxed);
}

void Log::emit(const std::deque<Line>& lines) {
  std::string text;
  uint64_t count = 0;
  for (const Line& line : lines) {
    text += line.text;
    text += '\n';
    ++count;
    if (text.size() >= kMostWritten) emit(std::exchange(text, {}), std::exchange(count, 0));
  }
  if (!text.empty()) emit(text, count);
  const std::lock_guard lock{sink_mutex_};
  for (const Line& line : lines) {
    if (line.json.empty()) continue;
    for (const auto& [id, sink] : sinks_) sink(line.json);
  }
}

/// Of the log itself: beside queue and budget.
void Log::tell(Level level, std::string_view event, std::initializer_list<Field> fields) {
  emit(format(level, "", event, {fields.begin(), fields.size()}) + "\n", 0);
}

void Log::tell_of_failures() {
  const uint64_t failed = failed_.load(std::memory_order_relaxed);
  if (failed == failed_told_) return;
  const std::string count = std::to_string(failed - failed_told_);
  const int before = std::exchange(failure_, 0);
  const std::string reason = std::generic_category().message(before);
  tell(Level::kError, "log.write_failed", {{"lines", count}, {"reason", reason}, {"hint", "make room for log_file"}});
  if (failure_ == 0) failed_told_ = failed;
}

/// Until there are some, or something of the log's own is to be told.
void Log::wait_for_lines(std::unique_lock<std::mutex>& lock) {
  const auto wanted = [this] {
    return stopping_ || reopen_ || !queue_.empty() || budget_.is_due(std::chrono::steady_clock::now());
  };
  while (!wanted()) {
    if (budget_.has_left_out()) {
      ready_.wait_for(lock, kLook, wanted);
    } else {
      ready_.wait(lock, wanted);
    }
  }
}

void Log::serve() {
  std::unique_lock lock{mutex_};
  while (true) {
    wait_for_lines(lock);
    if (stopping_ && queue_.empty()) return;
    std::deque<Line> batch;
    batch.swap(queue_);
    const uint64_t lost = std::exchange(lost_, 0);
    const bool reopen = std::exchange(reopen_, false);
    std::optional<LogBudget::LeftOut> left_out;
    const auto now = std::chrono::steady_clock::now();
    if (budget_.is_due(now)) left_out = budget_.take_left_out(now);
    writing_ = true;
    urgent_ = false;
    lock.unlock();
    if (reopen && file_ && !file_->reopen()) {
      tell(Level::kError, "log.reopen_failed",
           {{"reason", std::generic_category().message(errno)}, {"hint", "log_file: the file before is written on"}});
    }
    if (!batch.empty()) emit(batch);
    tell_of_failures();
    if (lost > 0) tell(Level::kWarning, "log.lost", {{"lines", std::to_string(lost)}});
    if (left_out) {
      tell(Level::kWarning, "log.left_out",
           {{"lines", std::to_string(left_out->lines)},
            {"bytes", std::to_string(left_out->bytes)},
            {"events", left_out->events},
            {"hint", "[kernel] log_budget bounds what is written; metrics have counted them all"}});
    }
    lock.lock();
    writing_ = false;
    if (queue_.empty()) idle_.notify_all();
    // Whoever writes meanwhile wakes nobody.
    rest_.wait_for(lock, kRest, [this] { return stopping_ || urgent_; });
  }
}

void Log::reopen() {
  {
    const std::lock_guard lock{mutex_};
    reopen_ = true;
  }
  ready_.notify_one();
}

uint64_t Log::follow(std::function<void(const std::string&)> sink) {
  const std::lock_guard lock{sink_mutex_};
  sinks_.emplace(next_sink_, std::move(sink));
  ++followers_;
  return next_sink_++;
}

void Log::unfollow(uint64_t id) {
  const std::lock_guard lock{sink_mutex_};
  if (sinks_.erase(id) > 0) --followers_;
}

void Log::flush() {
  std::unique_lock lock{mutex_};
  urgent_ = true;
  rest_.notify_one();
  idle_.wait(lock, [this] { return queue_.empty() && !writing_; });
}

}  // namespace junctor::ops
