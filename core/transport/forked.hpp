// core/transport/forked.hpp: whether this process is a forked child, and what is left as it is at its end.
#pragma once

namespace enginery::transport {

/// True in a child that was forked once NNG was used, and in its children. NNG ends a process that uses it there. The
/// threads of NNG, clients and engines are not there, and their locks may be held for ever. So nothing of theirs is
/// destroyed in such a child: abandon() it.
///
/// Threads: any. Async-signal-safe.
bool forked() noexcept;
/// Throws ConnectionError in such a child.
void refuse_if_forked();
/// To be called before NNG is. Throws as refuse_if_forked().
void prepare_for_forks();

/// Keeps `state` to the process' end, in sight of leak checkers. It is for what may never be destroyed: in a forked
/// child, or a socket under traffic in a process that ends with _exit. Threads: any.
void abandon(void* state);

}  // namespace enginery::transport
