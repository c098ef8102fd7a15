// SPDX-License-Identifier: Apache-2.0
// Files and databases, one after the other, into a directory that gets its name when it is whole.
#include "tools/junctorctl/backup.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace junctor::tools {

namespace {

namespace fs = std::filesystem;

constexpr int kPatienceMs = 10'000;  // with a writer that holds the database

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
  throw BackupError{what + " " + path.string() + ": " + std::strerror(errno)};
}

void sync(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) fail("cannot open", path);
  const int failed = ::fsync(fd);
  ::close(fd);
  if (failed != 0) fail("cannot write to the disk", path);
}

bool is_database(const fs::path& path) {
  constexpr std::string_view kMagic{"SQLite format 3\0", 16};
  std::string head(kMagic.size(), '\0');
  std::ifstream in{path, std::ios::binary};
  if (!in) fail("cannot read", path);
  return in.read(head.data(), static_cast<std::streamsize>(head.size())) && head == kMagic;
}

/// Nobody else sees in, and nobody has put anything there before, a link to elsewhere least of all.
void make_private(const fs::path& path) {
  const fs::path parent = fs::absolute(path).parent_path();
  std::error_code error;
  fs::create_directories(parent, error);
  if (::mkdir(path.c_str(), 0700) == 0) return;
  if (errno != EEXIST) fail("cannot make the directory", path);
  throw BackupError{path.string() + " is there already: a backup that broke off, or somebody else's; remove it first"};
}

/// What belongs to a database while it is open; the copy of the database has what is in it.
bool is_beside_a_database(const fs::path& path) {
  const std::string text = path.string();
  for (const std::string_view end : {"-wal", "-shm", "-journal"}) {
    if (text.size() <= end.size() || !text.ends_with(end)) continue;
    if (fs::exists(text.substr(0, text.size() - end.size()))) return true;
  }
  return false;
}

void copy_database(const fs::path& from, const fs::path& to) {
  try {
    SQLite::Database source{from.string(), SQLite::OPEN_READONLY, kPatienceMs};
    SQLite::Database copy{to.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    SQLite::Backup backup{copy, source};
    backup.executeStep(-1);  // all of it under one read lock: writers go on, and it does not begin anew for them
    SQLite::Statement check{copy, "PRAGMA integrity_check"};
    check.executeStep();
    const std::string verdict = check.getColumn(0).getString();
    if (verdict != "ok") throw BackupError{from.string() + " is damaged: " + verdict};
  } catch (const SQLite::Exception& error) {
    throw BackupError{"cannot copy the database " + from.string() + ": " + error.what()};
  }
}

BackedUp copy_one(const fs::path& from, const fs::path& to, const fs::path& root) {
  const bool database = is_database(from);
  if (database) {
    // Made before SQLite opens it: at no moment can others read it.
    const int fd = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) fail("cannot make", to);
    ::close(fd);
    copy_database(from, to);
    fs::permissions(to, fs::status(from).permissions());
  } else {
    fs::copy_file(from, to);
  }
  sync(to);
  return {fs::relative(to, root).string(), database ? "database" : "file", fs::file_size(to)};
}

/// Regular files alone: the control socket is no data.
void copy_tree(const fs::path& from, const fs::path& to, const fs::path& root, std::vector<BackedUp>& done) {
  if (::mkdir(to.c_str(), 0700) != 0 && errno != EEXIST) fail("cannot make the directory", to);
  for (const fs::directory_entry& entry : fs::directory_iterator{from}) {
    const fs::path target = to / entry.path().filename();
    if (entry.path().extension() == ".lock") continue;         // who runs there is no data
    if (entry.is_symlink() && entry.is_directory()) continue;  // it leads out of what is to be copied, or in circles
    if (entry.is_directory()) {
      copy_tree(entry.path(), target, root, done);
    } else if (entry.is_regular_file() && !is_beside_a_database(entry.path())) {
      done.push_back(copy_one(entry.path(), target, root));
    }
  }
  sync(to);
}

bool is_inside(const fs::path& path, const fs::path& directory) {
  const fs::path relative = fs::weakly_canonical(path).lexically_relative(fs::weakly_canonical(directory));
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

std::vector<BackedUp> back_up(const std::string& data, const std::string& config, const std::string& to) {
  if (!fs::is_directory(data)) throw BackupError{data + " is no directory; --data DIR names the server's"};
  if (fs::exists(to)) throw BackupError{to + " exists already; name a directory that does not"};
  for (const std::string& source : {data, config}) {
    if (!source.empty() && is_inside(to, source))
      throw BackupError{to + " lies in " + source + ", which it would copy"};
  }
  const fs::path made = fs::path{to}.lexically_normal().string() + ".part";
  make_private(made);
  std::vector<BackedUp> done;
  try {
    copy_tree(data, made, made, done);
    if (!config.empty() && fs::is_directory(config)) copy_tree(config, made / "config", made, done);
    if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) != 0) {
      fail("cannot give the copy its name", to);
    }
    sync(fs::absolute(to).parent_path());
  } catch (const fs::filesystem_error& error) {
    std::error_code ignored;
    fs::remove_all(made, ignored);
    throw BackupError{error.what()};
  } catch (const BackupError&) {
    std::error_code ignored;
    fs::remove_all(made, ignored);
    throw;
  }
  std::sort(done.begin(), done.end(), [](const BackedUp& a, const BackedUp& b) { return a.file < b.file; });
  return done;
}

}  // namespace junctor::tools
