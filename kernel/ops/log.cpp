// SPDX-License-Identifier: Apache-2.0
#include "ops/log.hpp"

#include <Poco/FileChannel.h>
#include <Poco/Message.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "ops/quote.hpp"

namespace junctor::ops {
namespace {

/// Between two writes; what a crash may take along.
constexpr std::chrono::milliseconds kRest{5};
/// Of one write, so that a rotated file does not grow much beyond its size.
constexpr size_t kMostWritten = 64 * 1024;

constexpr size_t kUsualLine = 256;

/// Standard error, what is written together in one write.
class StderrChannel final : public Poco::Channel {
 public:
  void log(const Poco::Message& message) override {
    const std::string line = message.getText() + "\n";
    size_t done = 0;
    while (done < line.size()) {
      const ssize_t n = ::write(STDERR_FILENO, line.data() + done, line.size() - done);
      if (n <= 0) return;  // nobody reads any more: there is no better place to complain
      done += static_cast<size_t>(n);
    }
  }
};

Poco::AutoPtr<Poco::Channel> open_channel(const LogSettings& settings) {
  if (settings.file.empty()) return Poco::AutoPtr<Poco::Channel>{new StderrChannel};
  Poco::AutoPtr<Poco::Channel> file{new Poco::FileChannel{settings.file}};
  if (settings.rotate_bytes > 0) file->setProperty("rotation", std::to_string(settings.rotate_bytes));
  if (settings.keep > 0) file->setProperty("purgeCount", std::to_string(settings.keep));
  file->setProperty("flush", "true");
  file->open();
  return file;
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
    if (size == 0 || byte <= ' ' || byte == 0x7F || byte == '"' || byte == '=' || byte == '\\') return false;
    value.remove_prefix(size);
  }
  return true;
}

void add_kv(std::string& line, std::string_view key, std::string_view value) {
  line += ' ';
  line += key;
  line += '=';
  if (plain(value)) {
    line += value;
  } else {
    line += quote_json(value);
  }
}

void add_json(std::string& line, std::string_view key, std::string_view value) {
  line += ',';
  line += quote_json(key);
  line += ':';
  line += quote_json(value);
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

Log::Log(const LogSettings& settings)
    : level_{settings.level}, json_{settings.json}, channel_{open_channel(settings)}, thread_{[this] { serve(); }} {}

Log::~Log() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  ready_.notify_all();
  rest_.notify_all();
  thread_.join();
}

void Log::write(Level level, std::string_view plugin, std::string_view event, std::span<const Field> fields) {
  if (!enabled(level)) return;
  const auto now = now_text();
  const std::string_view time = view(now);
  const bool followed = level <= Level::kInfo && followers_.load(std::memory_order_relaxed) > 0;
  Line line{level,
            json_ ? format_json(level, time, plugin, event, fields) : format_kv(level, time, plugin, event, fields),
            ""};
  if (followed) line.json = json_ ? line.text : format_json(level, time, plugin, event, fields);
  {
    const std::lock_guard lock{mutex_};
    if (queue_.size() >= kMaxQueued) {
      ++lost_;
      return;
    }
    queue_.push_back(std::move(line));
    if (level <= Level::kWarning || queue_.size() == kMaxQueued / 2) urgent_ = true;
    if (urgent_) rest_.notify_one();
  }
  ready_.notify_one();
}

void Log::emit(const std::string& text) {
  channel_->log(Poco::Message{"junctor", text, Poco::Message::PRIO_INFORMATION});
}

void Log::emit(const std::deque<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    if (!text.empty()) text += '\n';
    text += line.text;
    if (text.size() >= kMostWritten) emit(std::exchange(text, {}));
  }
  if (!text.empty()) emit(text);
  const std::lock_guard lock{sink_mutex_};
  for (const Line& line : lines) {
    if (line.json.empty()) continue;
    for (const auto& [id, sink] : sinks_) sink(line.json);
  }
}

void Log::serve() {
  std::unique_lock lock{mutex_};
  while (true) {
    ready_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::deque<Line> batch;
    batch.swap(queue_);
    const uint64_t lost = std::exchange(lost_, 0);
    writing_ = true;
    urgent_ = false;
    lock.unlock();
    emit(batch);
    if (lost > 0) {
      const std::string count = std::to_string(lost);
      const Field field{"lines", count};
      emit(format_kv(Level::kWarning, view(now_text()), "", "log.lost", {&field, 1}));
    }
    lock.lock();
    writing_ = false;
    if (queue_.empty()) idle_.notify_all();
    // Whoever writes meanwhile wakes nobody.
    rest_.wait_for(lock, kRest, [this] { return stopping_ || urgent_; });
  }
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
