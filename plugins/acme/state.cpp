// SPDX-License-Identifier: Apache-2.0
#include "state.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Array.h>
#include <Poco/JSON/Object.h>
#include <Poco/JSON/Parser.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <stdexcept>

namespace junctor::acme {
namespace {

using Poco::JSON::Object;

constexpr size_t kMost = size_t{1} << 20;
constexpr std::string_view kCertificate = "-----BEGIN CERTIFICATE-----";

class File {
 public:
  explicit File(int fd) : fd_{fd} {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail_at(const std::string& path, const char* what) {
  throw std::runtime_error{path + ": " + what + ": " + std::strerror(errno)};
}

void write_all(const File& file, const std::string& text, const std::string& path) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t put = ::write(file.get(), text.data() + done, text.size() - done);
    if (put < 0 && errno != EINTR) fail_at(path, "cannot be written");
    if (put > 0) done += static_cast<size_t>(put);
  }
}

/// Null where it is no JSON object: what was written by a hand is not worth an outage.
Object::Ptr object_in(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  try {
    return Poco::JSON::Parser{}.parse(*text).extract<Object::Ptr>();
  } catch (const Poco::Exception&) {
    return nullptr;
  }
}

std::string printed(const Object& object) {
  std::ostringstream out;
  object.stringify(out, 1);
  return out.str() + "\n";
}

}  // namespace

State::~State() {
  if (claim_ >= 0) ::close(claim_);
}

bool State::claim() {
  if (claim_ >= 0) return true;
  const std::string path = directory_ + "/.lock";
  std::error_code ignored;
  std::filesystem::create_directories(directory_, ignored);
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (fd < 0) fail_at(path, "cannot be written");
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    return false;
  }
  claim_ = fd;
  return true;
}

std::optional<std::string> State::read(const char* name) const {
  const std::string path = directory_ + "/" + name;
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.get() < 0 && errno == ENOENT) return std::nullopt;
  if (file.get() < 0) fail_at(path, "cannot be read");
  std::string text(kMost, '\0');
  size_t size = 0;
  for (ssize_t got = 1; got != 0 && size < text.size();) {
    got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno != EINTR) fail_at(path, "cannot be read");
    if (got > 0) size += static_cast<size_t>(got);
  }
  text.resize(size);
  if (text.empty()) return std::nullopt;
  return text;
}

void State::write(const char* name, const std::string& text) const {
  const std::string path = directory_ + "/" + name;
  const std::string fresh = path + ".new";
  std::error_code ignored;
  std::filesystem::create_directories(directory_, ignored);
  ::chmod(directory_.c_str(), S_IRWXU);
  {
    const File file{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (file.get() < 0) fail_at(fresh, "cannot be written");
    write_all(file, text, fresh);
    if (::fsync(file.get()) != 0) fail_at(fresh, "cannot be synced to disk");
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) fail_at(path, "cannot be replaced");
  const File directory{::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) fail_at(directory_, "cannot be synced to disk");
}

void State::remove(const char* name) const {
  const std::string path = directory_ + "/" + name;
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail_at(path, "cannot be removed");
}

std::optional<SavedOrder> State::order() const {
  const Object::Ptr object = object_in(read("order.json"));
  if (!object || !object->isArray("names")) return std::nullopt;
  SavedOrder order;
  order.url = object->optValue<std::string>("url", "");
  order.key = object->optValue<std::string>("key", "");
  const auto names = object->getArray("names");
  for (unsigned i = 0; i < names->size(); ++i) order.names.push_back(names->getElement<std::string>(i));
  if (order.key.empty() || order.names.empty()) return std::nullopt;
  return order;
}

void State::set_order(const SavedOrder& order) const {
  Object object;
  Poco::JSON::Array names;
  for (const std::string& name : order.names) names.add(name);
  object.set("names", names);
  object.set("url", order.url);
  object.set("key", order.key);
  write("order.json", printed(object));
}

std::optional<Issued> State::issued() const {
  const auto text = read("certificate.pem");
  if (!text) return std::nullopt;
  const size_t at = text->find(kCertificate);
  if (at == std::string::npos || at == 0) return std::nullopt;
  return Issued{text->substr(0, at), text->substr(at)};
}

std::optional<Trouble> State::trouble() const {
  const Object::Ptr object = object_in(read("trouble.json"));
  if (!object) return std::nullopt;
  Trouble trouble;
  trouble.failures = object->optValue<int64_t>("failures", 1);
  trouble.at = object->optValue<int64_t>("at", 0);
  trouble.wait = object->optValue<int64_t>("wait", 0);
  trouble.reason = object->optValue<std::string>("reason", "");
  trouble.detail = object->optValue<std::string>("detail", "");
  trouble.wish = object->optValue<std::string>("wish", "");
  return trouble;
}

void State::set_trouble(const Trouble& trouble) const {
  Object object;
  object.set("failures", trouble.failures);
  object.set("at", trouble.at);
  object.set("wait", trouble.wait);
  object.set("reason", trouble.reason);
  object.set("detail", trouble.detail);
  object.set("wish", trouble.wish);
  write("trouble.json", printed(object));
}

}  // namespace junctor::acme
