"""A package, unlike other folders of tests: pytest ends fixtures of the scope "package" after those only."""
