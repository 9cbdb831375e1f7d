/** The version of this command line, and of the agent that `cluster join` installs. */
export const VERSION = '0.1.0';
